package dev.faas.dispatcher.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.Accepted;
import dev.faas.acceptance.ActivationNames;
import dev.faas.acceptance.Backpressure;
import dev.faas.acceptance.CommandEnqueuer;
import dev.faas.acceptance.PastActivations;
import dev.faas.acceptance.SpawnerRoom;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.ActivationEvents;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Spawners;
import dev.faas.activation.queue.QueueTable;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.nats.retry.BusRetry;
import dev.faas.pg.Pg;
import dev.faas.quota.OwnerQuotas;
import dev.faas.quota.QuotaSettings;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Submits activations under ids that rows in Postgres have, so that a repeat after a crash makes no second one. Thread-safe.
 */
public final class NamedSubmits {
    private static final Duration PATIENCE = Duration.ofSeconds(4);
    /** The ledger may drop records a day after their end: an older id is only looked up. */
    private static final Duration OLDEST_ID = Duration.ofHours(23);

    private final Acceptance acceptance;
    private final ActivationEvents events;
    private final CommandQueue queue;
    private final SuspendedOwners suspended;
    private final SubmittedStore store;
    private final Context context;

    private NamedSubmits(
            Acceptance acceptance,
            ActivationEvents events,
            CommandQueue queue,
            SuspendedOwners suspended,
            SubmittedStore store,
            Context context) {
        this.acceptance = acceptance;
        this.events = events;
        this.queue = queue;
        this.suspended = suspended;
        this.store = store;
        this.context = context;
    }

    /** Blocks until the quotas are read. */
    public static NamedSubmits open(
            Lifecycle.Steps on, Vertx vertx, Nats nats, Pg pg, QuotaSettings settings, Runnable onAccepted)
            throws Exception {
        var events = new ActivationEvents(nats);
        var queue = new CommandQueue(nats);
        var enqueuer = new CommandEnqueuer(queue);
        on.onStop("pending commands of the dispatcher", enqueuer::drain);
        var table = on.open(
                "queue table of the dispatcher",
                () -> QueueTable.follow(nats, queue, QueueTable.MAX_AGE),
                QueueTable::close);
        var quotas = on.open(
                "quotas of the dispatcher",
                () -> OwnerQuotas.follow(nats.kv(Subjects.USAGE), settings, OwnerQuotas.START_LIMIT),
                OwnerQuotas::close);
        var suspended = on.open(
                "disabled accounts of the dispatcher",
                () -> SuspendedOwners.follow(nats, OwnerQuotas.START_LIMIT),
                SuspendedOwners::close);
        var spawners = on.open("spawners of the dispatcher", () -> new Spawners(nats), Spawners::close);
        spawners.startObserving();
        var acceptance = new Acceptance(
                events,
                new BusRetry(PATIENCE),
                enqueuer,
                new Backpressure(events, queue, table, quotas),
                new SpawnerRoom(spawners::recentHeartbeats),
                ActivationNames.NONE,
                InstantSource.system(),
                onAccepted);
        return new NamedSubmits(
                acceptance, events, queue, suspended, new SubmittedStore(pg), vertx.getOrCreateContext());
    }

    public ActivationEvents events() {
        return events;
    }

    public CommandQueue queue() {
        return queue;
    }

    /** Whether the account is disabled. */
    public boolean isSuspended(String owner) {
        return suspended.contains(owner);
    }

    /** Then it is only looked up. */
    public static boolean isTooOld(String id) {
        return Ids.timeOf(id).plus(OLDEST_ID).isBefore(Instant.now());
    }

    /** @param past asked when the stream has none; see {@link #findInLedger} */
    public Future<Boolean> isAccepted(String id, PastActivations past) {
        return Future.fromCompletionStage(events.last(id))
                .compose(newest -> newest.isPresent()
                        ? Future.succeededFuture(true)
                        : past.find(id).map(Optional::isPresent));
    }

    /** In the ledger; without its content. */
    public Future<Optional<JsonNode>> findInLedger(String id) {
        return store.find(id);
    }

    /** The same for some that are submitted together: the first one that is asked for finds all of them. */
    public PastActivations findTogether(Collection<String> ids) {
        return new PastActivations() {
            // Set on the context.
            private @Nullable Future<Set<String>> found;

            @Override
            public Future<Optional<JsonNode>> find(String id) {
                var known = found == null || found.failed() ? store.find(ids) : found;
                found = known;
                return known.map(all ->
                        all.contains(id) ? Optional.of(JsonNodeFactory.instance.objectNode()) : Optional.empty());
            }
        };
    }

    /** Completes and fails as {@link Acceptance#acceptNamed}. */
    public Future<Accepted> accept(String id, SubmitRequest request, PastActivations past) {
        return onContext(() -> acceptance.acceptNamed(id, request, past));
    }

    /** As {@link Acceptance#acceptUnlessInStream}. */
    public Future<Accepted> acceptUnlessInStream(String id, SubmitRequest request, Instant safeFrom) {
        return onContext(() -> acceptance.acceptUnlessInStream(id, request, safeFrom));
    }

    private Future<Accepted> onContext(Supplier<Future<Accepted>> submit) {
        var promise = Promise.<Accepted>promise();
        context.runOnContext(now -> begin(submit).onComplete(promise));
        return promise.future();
    }

    /** Of a closed connection it throws. */
    private static Future<Accepted> begin(Supplier<Future<Accepted>> submit) {
        try {
            return submit.get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }
}
