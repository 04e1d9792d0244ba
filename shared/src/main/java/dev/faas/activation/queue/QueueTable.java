package dev.faas.activation.queue;

import dev.faas.activation.CommandQueue;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.BusException;
import dev.faas.nats.LiveMessage;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a table of all queues that every process of the platform shares: one lists the consumers and publishes the list, the others
 * read it. A process whose table has become too old lists by itself, after a random pause, so that mostly one does; there is no
 * leader to lose. Thread-safe; only {@link #follow} and {@link #close} block.
 */
public final class QueueTable implements AutoCloseable {
    /** The default limit of {@link #follow}. */
    public static final Duration MAX_AGE = Duration.ofSeconds(8);

    private static final Logger LOG = LoggerFactory.getLogger(QueueTable.class);
    private static final Duration MIN_AGE = Duration.ofSeconds(2);
    /** A list that took t is renewed after t times this, but no sooner than {@link #MIN_AGE} and no later than maxAge. */
    private static final int TIME_SHARE = 50;
    /** {@link #latest} may list more often. */
    private static final int LATEST_TIME_SHARE = 20;

    private static final long LATEST_NANOS = Duration.ofMillis(100).toNanos();
    /** About 300 KB, of the 1 MB that a message may have. */
    private static final int QUEUES_A_PART = 2_000;

    /** @param id the same for all processes, unique */
    public record Table(String id, List<QueueStats> queues) {
        /** How many activations of each owner wait. */
        public Map<String, Long> queuedByOwner() {
            return sumByOwner(QueueStats::queued);
        }

        public Map<String, Long> runningByOwner() {
            return sumByOwner(QueueStats::running);
        }

        private Map<String, Long> sumByOwner(ToLongFunction<QueueStats> count) {
            return queues.stream()
                    .collect(Collectors.groupingBy(stats -> stats.key().owner(), Collectors.summingLong(count)));
        }
    }

    private record Dated(Table table, long at, Duration took) {}

    private final Nats nats;
    private final CommandQueue queue;
    private final Duration maxAge;
    private final List<Consumer<Table>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicReference<CompletableFuture<Dated>> listing = new AtomicReference<>();
    private final Nats.Subscription subscription;
    private final RepeatingTask refreshing;
    private volatile @Nullable Dated last;
    /** Parts of a table that is not complete; used by the subscription's thread only. */
    private List<QueueTablePart> received = List.of();

    private QueueTable(Nats nats, CommandQueue queue, Duration maxAge) {
        this.nats = nats;
        this.queue = queue;
        this.maxAge = maxAge;
        this.subscription = nats.subscribe(Subjects.QUEUE_TABLE, this::onPart);
        this.refreshing = RepeatingTask.startPaced("queue table", MIN_AGE, this::refreshIfDue);
    }

    /** @param maxAge longest pause between two lists, however long listing takes */
    public static QueueTable follow(Nats nats, CommandQueue queue, Duration maxAge) {
        return new QueueTable(nats, queue, maxAge);
    }

    /** Called with each new table, on a thread of the NATS client: must not block. */
    public void onTable(Consumer<Table> listener) {
        listeners.add(listener);
    }

    /** The table at hand; if there is none yet, that of this moment. */
    public CompletableFuture<List<QueueStats>> current() {
        var known = last;
        return known == null
                ? listForThisProcess()
                : CompletableFuture.completedFuture(known.table().queues());
    }

    /** A table at most a tenth of a second old, or as new as the cost of listing allows. The other processes do not get it. */
    public CompletableFuture<List<QueueStats>> latest() {
        var known = last;
        return known != null
                        && System.nanoTime() - known.at()
                                <= Math.max(
                                        LATEST_NANOS,
                                        LATEST_TIME_SHARE * known.took().toNanos())
                ? CompletableFuture.completedFuture(known.table().queues())
                : listForThisProcess();
    }

    private CompletableFuture<List<QueueStats>> listForThisProcess() {
        return list().thenApply(listed -> listed.table().queues());
    }

    private Duration refreshIfDue() throws InterruptedException {
        var known = last;
        long age = known == null ? Long.MAX_VALUE : System.nanoTime() - known.at();
        var due = known == null ? Duration.ZERO : pauseAfter(known.took());
        if (age >= due.toNanos()) {
            publish(Blocking.awaitReply(list()));
            return pauseAfter(Duration.ZERO); // the shortest pause; then the age is looked at again
        }
        // Not the same for all processes, so that the first one's list arrives before the others begin.
        long left = due.toNanos() - age;
        return Duration.ofNanos(left + ThreadLocalRandom.current().nextLong(due.toNanos() / 2 + 1));
    }

    private Duration pauseAfter(Duration took) {
        var cheap = took.multipliedBy(TIME_SHARE);
        var usual = cheap.compareTo(MIN_AGE) > 0 ? cheap : MIN_AGE;
        return usual.compareTo(maxAge) > 0 ? maxAge : usual;
    }

    private CompletableFuture<Dated> list() {
        var mine = new CompletableFuture<Dated>();
        var other = listing.compareAndExchange(null, mine);
        if (other != null) {
            return other;
        }
        long begin = System.nanoTime();
        var unused = queue.allStats().whenComplete((queues, failure) -> {
            listing.set(null);
            if (failure != null) {
                mine.completeExceptionally(failure);
                return;
            }
            long now = System.nanoTime();
            var dated = new Dated(new Table(UUID.randomUUID().toString(), queues), now, Duration.ofNanos(now - begin));
            accept(dated);
            mine.complete(dated);
        });
        return mine;
    }

    private void accept(Dated dated) {
        last = dated;
        listeners.forEach(listener -> listener.accept(dated.table()));
    }

    private void publish(Dated dated) {
        var table = dated.table();
        int parts = Math.max(1, Math.ceilDiv(table.queues().size(), QUEUES_A_PART));
        try {
            for (int part = 0; part < parts; part++) {
                var queues = table.queues()
                        .subList(part * QUEUES_A_PART, Math.min(table.queues().size(), (part + 1) * QUEUES_A_PART));
                var message =
                        new QueueTablePart(table.id(), part, parts, dated.took().toMillis(), queues);
                nats.publish(Subjects.QUEUE_TABLE, Codec.encode(message));
            }
        } catch (BusException e) {
            LOG.debug("table of queues not published, others list by themselves cause={}", e.getMessage());
        }
    }

    private void onPart(LiveMessage message) {
        QueueTablePart part;
        try {
            part = Codec.decode(message.message().bytes(), QueueTablePart.class);
        } catch (Codec.CodecException e) {
            LOG.debug("table of queues not readable", e);
            return;
        }
        var known = last;
        if (known != null && known.table().id().equals(part.table())) {
            return; // our own
        }
        // The parts of one table arrive in order. If one is missing, the table is ignored.
        received = part.part() == 0 ? new ArrayList<>() : received;
        if (part.part() != received.size()
                || (part.part() > 0 && !received.getFirst().table().equals(part.table()))) {
            received = List.of();
            return;
        }
        received.add(part);
        if (received.size() == part.parts()) {
            var queues =
                    received.stream().flatMap(each -> each.queues().stream()).toList();
            received = List.of();
            accept(new Dated(new Table(part.table(), queues), System.nanoTime(), Duration.ofMillis(part.tookMillis())));
        }
    }

    @Override
    public void close() {
        try {
            refreshing.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        subscription.close();
    }
}
