package dev.faas.dispatcher.delivery;

import dev.faas.destination.DestinationSpec;
import dev.faas.dispatcher.ended.EndedStore;
import dev.faas.dispatcher.ended.Wake;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.Nats;
import dev.faas.outgoing.OutgoingClient;
import dev.faas.outgoing.OutgoingConfig;
import dev.faas.pg.Pg;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.wire.Subjects;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to destinations, at least once. Several dispatchers share the work.
 *
 * <pre>
 *   end noted ─▶ delivery, one a destination ─▶ claimed ─▶ sent ─▶ settled: succeeded, failed, or due again
 *                                    crash: the lease ends, and it is sent again with the same id
 * </pre>
 */
public final class DeliveryDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryDispatcher.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = LONGEST_DRAIN.plusSeconds(5);
    private static final Duration COUNT_PAUSE = Duration.ofSeconds(5);
    /** Of a destination: more are dropped. */
    private static final long MOST_PENDING = 100_000;

    private final DeliveryStore store;
    private final Sender webhooks;
    private final Sender functions;
    private final Sender subjects;
    private final DeliveryMeters meters;
    private final InFlight inFlight = new InFlight();
    private final Queue<Attempted> done = new ConcurrentLinkedQueue<>();
    /** What could not be noted yet. */
    private final List<Attempted> unsettled = new ArrayList<>();

    private final Wake wake = new Wake();
    private final CountDownLatch drained = new CountDownLatch(1);
    private volatile boolean stopping;
    private long countedAt = System.nanoTime() - COUNT_PAUSE.toNanos();

    private DeliveryDispatcher(
            DeliveryStore store, Sender webhooks, Sender functions, Sender subjects, DeliveryMeters meters) {
        this.store = store;
        this.webhooks = webhooks;
        this.functions = functions;
        this.subjects = subjects;
        this.meters = meters;
    }

    public static DeliveryDispatcher start(
            Lifecycle.Steps on,
            Vertx vertx,
            Pg pg,
            NamedSubmits submits,
            Nats nats,
            OutgoingConfig config,
            KeyEncryptionKeys keks,
            MeterRegistry registry)
            throws Exception {
        var meters = new DeliveryMeters(registry);
        var client = on.open(
                "requests to destinations",
                () -> OutgoingClient.open(vertx, config, InFlight.MOST),
                it -> Blocking.await(it.close()));
        var dispatcher = new DeliveryDispatcher(
                new DeliveryStore(pg),
                new WebhookSender(client, keks, meters),
                new FunctionSender(new FunctionCallStore(pg, nats.objectBucket(Subjects.OUTPUTS)), submits),
                new SubjectSender(vertx, nats, submits),
                meters);
        on.open(
                "deliveries",
                CLOSE_LIMIT,
                () -> RepeatingTask.startPaced("deliveries", LONGEST_PAUSE, dispatcher::runOnce),
                dispatcher::stop);
        return dispatcher;
    }

    /** Waits for requests in flight, so that their events are not sent again. What takes longer is sent again after its lease. */
    private void stop(RepeatingTask task) throws Exception {
        stopping = true;
        wake.up();
        if (!drained.await(LONGEST_DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("stopped with requests in flight: their events are sent again");
        }
        wake.up();
        task.stop();
    }

    /** Of activations whose owners have destinations. */
    public EndedStore.Handler endHandler() {
        return store;
    }

    /** There may be more to send. */
    public void wake() {
        wake.up();
    }

    /** Blocks, also for the pause. */
    private Duration runOnce() throws Exception {
        settle();
        if (stopping) {
            if (inFlight.isEmpty()) {
                drained.countDown();
            }
            wake.sleep(LONGEST_PAUSE);
            return Duration.ZERO;
        }
        countAtTimes();
        if (!inFlight.hasRoom() || !sendBatch()) {
            wake.sleep(LONGEST_PAUSE);
        }
        return Duration.ZERO;
    }

    private void settle() throws Exception {
        for (var attempted = done.poll(); attempted != null; attempted = done.poll()) {
            inFlight.end(attempted);
            meters.count(attempted);
            unsettled.add(attempted);
        }
        if (!unsettled.isEmpty()) {
            Blocking.await(store.settle(unsettled));
            unsettled.clear();
        }
    }

    private boolean sendBatch() throws Exception {
        var claimed = Blocking.await(store.claim(inFlight.room()));
        if (claimed.isEmpty()) {
            return false;
        }
        var activations = claimed.stream()
                .flatMap(each -> Stream.ofNullable(each.event().activationId()))
                .distinct()
                .toList();
        var records = Blocking.await(store.findRecords(activations));
        for (var delivery : claimed) {
            inFlight.begin(delivery);
            senderOf(delivery)
                    .send(
                            delivery,
                            records.get(
                                    Objects.requireNonNullElse(delivery.event().activationId(), "")))
                    .onSuccess(attempted -> {
                        done.add(attempted);
                        wake.up();
                    });
        }
        return true;
    }

    private Sender senderOf(Claimed delivery) {
        return switch (delivery.destination().spec().kind()) {
            case DestinationSpec.FUNCTION -> functions;
            case DestinationSpec.SUBJECT -> subjects;
            default -> webhooks;
        };
    }

    private void countAtTimes() throws Exception {
        if (System.nanoTime() - countedAt > COUNT_PAUSE.toNanos() && (!inFlight.isEmpty() || meters.hasPending())) {
            countedAt = System.nanoTime();
            var counts = Blocking.await(store.count(MOST_PENDING));
            store.refuse(counts.full());
            meters.set(counts);
        }
    }
}
