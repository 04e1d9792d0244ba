package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.Delivery;
import dev.faas.nats.DurableReader;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings every state of every activation from the bus into the ledger, on one virtual thread: takes a batch, writes it,
 * acknowledges it. Several registries share the work.
 *
 * <pre>
 *   nothing takes it, for now                  the batch waits, and is tried again until it is taken
 *   its bytes or values can never be taken     logged, counted and put aside
 *   of a newer version, or we stumble over it  handed back for a while: another registry may know better, none is held up
 * </pre>
 */
public final class Projector {
    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);
    private static final int BATCH = 256;
    /** So many states at once mean a load under which, unless it is behind, one transaction for more of them costs less. */
    private static final int MANY = 8;

    private static final long GATHER_MILLIS = 25;
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final long PAUSE_MILLIS = 500;
    private static final Duration LATER = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private record Taken(Delivery delivery, Snapshot state) {}

    private final DurableReader reader;
    private final Projection projection;
    private final Counter projected;
    private final Counter poisonous;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    private Projector(DurableReader reader, Projection projection, MeterRegistry meters) {
        this.reader = reader;
        this.projection = projection;
        this.projected = Counter.builder("faas.ledger.projected")
                .description("States that have come from the bus into the ledger")
                .register(meters);
        this.poisonous = Counter.builder("faas.ledger.poisonous")
                .description("States that could never be brought into the ledger, and were put aside")
                .register(meters);
        this.thread = Thread.ofVirtual().name("registry-projector").unstarted(this::run);
    }

    public static Projector start(DurableReader reader, Projection projection, MeterRegistry meters) {
        var projector = new Projector(reader, projection, meters);
        projector.thread.start();
        return projector;
    }

    private void run() {
        try (reader) {
            while (stopping.getCount() > 0) {
                batch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void batch() throws InterruptedException {
        try {
            var deliveries = reader.take(BATCH, WAIT);
            if (deliveries.isEmpty()) {
                return;
            }
            var taken = new ArrayList<Taken>();
            for (var delivery : deliveries) {
                decode(delivery).ifPresent(taken::add);
            }
            project(taken);
            if (deliveries.size() >= MANY && deliveries.getLast().pending() == 0) {
                stopping.await(GATHER_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (BusException away) {
            pauseAfter(away);
        }
    }

    private Optional<Taken> decode(Delivery delivery) throws InterruptedException {
        try {
            var record = Codec.decode(delivery.bytes(), ActivationRecord.class);
            return Optional.of(new Taken(delivery, new Snapshot(record, delivery.sequence())));
        } catch (Codec.NewerException e) {
            leaveForLater(delivery, e);
            return Optional.empty();
        } catch (Codec.CodecException e) {
            putAside(delivery, e);
            return Optional.empty();
        }
    }

    /** Afterwards each is in the ledger, put aside or handed back. */
    private void project(List<Taken> batch) throws InterruptedException {
        while (!batch.isEmpty()) {
            try {
                projection.project(batch.stream().map(Taken::state).toList());
                works();
                done(batch);
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (!isPassing(e)) {
                    projectOneByOne(batch, e);
                    return;
                }
                pauseAfter(e);
                if (stopping.getCount() == 0) {
                    handBack(batch.stream().map(Taken::delivery).toList(), Duration.ZERO);
                    return;
                }
            }
        }
    }

    /** Only now: what is acknowledged is never told again. One whose confirmation gets lost costs a second look at the ledger. */
    private void done(List<Taken> batch) {
        batch.forEach(each -> each.delivery().ackUnconfirmed());
        projected.increment(batch.size());
    }

    /** One of them is at fault: the others must not suffer. */
    private void projectOneByOne(List<Taken> batch, Exception fault) throws InterruptedException {
        if (batch.size() > 1) {
            for (var each : batch) {
                project(List.of(each));
            }
        } else if (Pg.isInvalidValue(fault)) {
            putAside(batch.getFirst().delivery(), fault);
        } else {
            leaveForLater(batch.getFirst().delivery(), fault);
        }
    }

    /** Whatever Postgres refuses for another reason than the values: somebody will set that right. */
    private static boolean isPassing(Exception e) {
        return switch (e) {
            case ProblemException problem -> problem.problem().status() == 503;
            case BusException away -> true;
            case IOException away -> true;
            case TimeoutException late -> true;
            case VertxException refused -> !Pg.isInvalidValue(refused);
            default -> false;
        };
    }

    private static void handBack(List<Delivery> deliveries, Duration delay) throws InterruptedException {
        try {
            Blocking.await(CompletableFuture.allOf(deliveries.stream()
                    .map(delivery -> delivery.handBack(delay))
                    .toArray(CompletableFuture[]::new)));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            // They come again later.
            LOG.debug("not all of {} states could be handed back: {}", deliveries.size(), e.toString());
        }
    }

    private void putAside(Delivery delivery, Exception why) {
        poisonous.increment();
        LOG.error(
                "state {} at {} cannot be brought into the ledger, and is put aside",
                delivery.sequence(),
                delivery.subject(),
                why);
        delivery.ackUnconfirmed();
    }

    private static void leaveForLater(Delivery delivery, Exception why) throws InterruptedException {
        if (delivery.deliveryCount() == 1) {
            LOG.error(
                    "state {} at {} cannot be brought into the ledger yet, and is tried again every {} s",
                    delivery.sequence(),
                    delivery.subject(),
                    LATER.toSeconds(),
                    why);
        }
        handBack(List.of(delivery), LATER);
    }

    private void pauseAfter(Exception away) throws InterruptedException {
        if (!failing) {
            LOG.warn("the ledger waits for the bus or Postgres: {}", away.toString());
        }
        failing = true;
        stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void works() {
        if (failing) {
            LOG.info("the ledger goes on");
        }
        failing = false;
    }

    /** Ends after the batch at work, for a while, then interrupts it. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(STOP_LIMIT)) {
            thread.interrupt();
            thread.join(STOP_LIMIT);
        }
    }
}
