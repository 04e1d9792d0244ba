package dev.faas.registry.ledger;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Snapshot;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.BusException;
import dev.faas.nats.Delivery;
import dev.faas.nats.DurableReader;
import dev.faas.pg.Pg;
import dev.faas.registry.ledger.HeldStates.DecodedState;
import dev.faas.wire.Codec;
import dev.faas.wire.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the states of all activations from the event stream to the ledger, on one virtual thread: takes a batch, writes what
 * {@link HeldStates} does not hold back, acknowledges that. Several registries share the work. After a crash NATS delivers
 * again what was held back.
 *
 * <pre>
 *   NATS or Postgres is unavailable           the batch is tried again until it succeeds
 *   the state can never be decoded or stored  logged, counted and discarded
 *   of a newer version, or a bug here         handed back for 10 s: another registry may succeed; the others go on
 * </pre>
 */
public final class Projector {
    private static final Logger LOG = LoggerFactory.getLogger(Projector.class);
    private static final int BATCH = 256;
    /** A batch of this size means load: waiting to gather a larger one saves transactions, unless the projector is behind. */
    private static final int GATHER_FROM = 8;

    private static final long GATHER_MILLIS = 25;
    private static final Duration TAKE_TIMEOUT = Duration.ofMillis(500);
    private static final long PAUSE_MILLIS = 500;
    private static final Duration RETRY_DELAY = Duration.ofSeconds(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final DurableReader reader;
    private final Projection projection;
    private final HeldStates held = new HeldStates();
    private final Counter projected;
    private final Counter discarded;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private boolean failing;

    private Projector(DurableReader reader, Projection projection, MeterRegistry meters) {
        this.reader = reader;
        this.projection = projection;
        this.projected = Counter.builder("faas.ledger.projected")
                .description("States written from the event stream to the ledger")
                .register(meters);
        this.discarded = Counter.builder("faas.ledger.poisonous")
                .description("States that can never be written to the ledger and were discarded")
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
                processBatch();
            }
            project(held.takeAll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void processBatch() throws InterruptedException {
        var deliveries = take();
        for (var delivery : deliveries) {
            decode(delivery).ifPresent(held::add);
        }
        project(held.takeDue());
        if (deliveries.size() >= GATHER_FROM && deliveries.getLast().pending() == 0) {
            stopping.await(GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private List<Delivery> take() throws InterruptedException {
        try {
            return reader.take(BATCH, held.untilDue(TAKE_TIMEOUT));
        } catch (BusException away) {
            pauseAfter(away);
            return List.of();
        }
    }

    private Optional<DecodedState> decode(Delivery delivery) throws InterruptedException {
        try {
            var record = Codec.decode(delivery.bytes(), ActivationRecord.class);
            return Optional.of(new DecodedState(delivery, new Snapshot(record, delivery.sequence())));
        } catch (Codec.NewerException e) {
            retryLater(delivery, e);
            return Optional.empty();
        } catch (Codec.CodecException e) {
            discard(delivery, e);
            return Optional.empty();
        }
    }

    /** Afterwards each state is in the ledger, discarded or handed back. */
    private void project(List<DecodedState> batch) throws InterruptedException {
        while (!batch.isEmpty()) {
            try {
                projection.project(batch.stream().map(DecodedState::state).toList());
                markRecovered();
                acknowledge(batch);
                return;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (!isTransient(e)) {
                    projectOneByOne(batch, e);
                    return;
                }
                pauseAfter(e);
                if (stopping.getCount() == 0) {
                    handBack(batch.stream().map(DecodedState::delivery).toList(), Duration.ZERO);
                    return;
                }
            }
        }
    }

    /** After the write, since an acknowledged state is never delivered again. A lost acknowledgement only repeats the write. */
    private void acknowledge(List<DecodedState> batch) {
        batch.forEach(each -> each.delivery().ackUnconfirmed());
        projected.increment(batch.size());
    }

    /** One state of the batch caused the failure; the others are written. */
    private void projectOneByOne(List<DecodedState> batch, Exception fault) throws InterruptedException {
        if (batch.size() > 1) {
            for (var each : batch) {
                project(List.of(each));
            }
        } else if (Pg.isInvalidValue(fault)) {
            discard(batch.getFirst().delivery(), fault);
        } else {
            retryLater(batch.getFirst().delivery(), fault);
        }
    }

    /** A refusal by Postgres is transient unless the values cause it: an operator can fix rights or a full disk. */
    private static boolean isTransient(Exception e) {
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
            // The broker redelivers them after the acknowledgement time-out.
            LOG.debug("states not handed back states={} cause={}", deliveries.size(), e.toString());
        }
    }

    private void discard(Delivery delivery, Exception cause) {
        discarded.increment();
        LOG.error(
                "state discarded, it can never be written to the ledger subject={} sequence={}",
                delivery.subject(),
                delivery.sequence(),
                cause);
        delivery.ackUnconfirmed();
    }

    private static void retryLater(Delivery delivery, Exception cause) throws InterruptedException {
        if (delivery.deliveryCount() == 1) {
            LOG.error(
                    "state not written to the ledger, will be retried subject={} sequence={} everySeconds={}",
                    delivery.subject(),
                    delivery.sequence(),
                    RETRY_DELAY.toSeconds(),
                    cause);
        }
        handBack(List.of(delivery), RETRY_DELAY);
    }

    private void pauseAfter(Exception failure) throws InterruptedException {
        if (!failing) {
            LOG.warn("projector paused, its batch will be retried cause={}", failure.toString());
        }
        failing = true;
        stopping.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void markRecovered() {
        if (failing) {
            LOG.info("projector resumed");
        }
        failing = false;
    }

    /** Waits up to 5 s for the current batch, then interrupts it. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        if (!thread.join(STOP_LIMIT)) {
            thread.interrupt();
            thread.join(STOP_LIMIT);
        }
    }
}
