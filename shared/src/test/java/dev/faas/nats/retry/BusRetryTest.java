package dev.faas.nats.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.testing.Await;
import dev.faas.testing.ProcessSignal;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusRetryTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private record Failures(Throwable unavailable, Throwable noAnswer) {}

    private record Request(long since, BooleanSupplier disconnected) implements BusRetry.Request {
        @Override
        public String requestId() {
            return "";
        }

        @Override
        public Duration age() {
            return Duration.ofNanos(System.nanoTime() - since);
        }

        @Override
        public boolean hasDisconnected() {
            return disconnected.getAsBoolean();
        }
    }

    private static Failures failures;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger asked = new AtomicInteger();

    /** The failures of a server that does not answer, and of one that is away. */
    @BeforeAll
    static void fail(@TempDir Path directory) throws Exception {
        try (var server = NatsServer.start(directory);
                var nats = Nats.connect(
                        new NatsConfig(server.url(), null, null, Duration.ofSeconds(10), Duration.ofMillis(200)),
                        "test")) {
            ProcessSignal.send("STOP", server.pid());
            var noAnswer = failure(() -> nats.stream("NONE").append("any", Map.of(), new byte[0]));
            server.kill();
            Await.until("it is away", () -> {
                failures =
                        new Failures(failure(() -> nats.stream("NONE").append("any", Map.of(), new byte[0])), noAnswer);
                return failures.unavailable() instanceof BusException.BusUnavailable;
            });
        }
        assertThat(failures.noAnswer()).isInstanceOf(BusException.OutcomeUnknown.class);
    }

    private static Throwable failure(Supplier<CompletionStage<Long>> question) {
        return BusException.unwrap(Await.failure(Future.fromCompletionStage(question.get())));
    }

    @AfterEach
    void close() {
        Await.await(vertx.close());
    }

    @Test
    void givenNatsComesBack_whenAsked_thenTheAnswerIsWaitedFor() {
        var answer = ask(new BusRetry(LONG), () -> false, n -> n < 3 ? failures.unavailable() : null);

        assertThat(Await.await(answer)).isEqualTo(3);
    }

    @Test
    void givenNatsStaysAway_whenTheRequestIsTooOld_thenItFails() {
        var bus = new BusRetry(Duration.ofMillis(300));

        assertThat(Await.failure(ask(bus, () -> false, n -> failures.unavailable())))
                .isSameAs(failures.unavailable());
        assertThat(asked).hasValueGreaterThan(1);
        assertThat(bus.countWaiting()).isZero();
    }

    @Test
    void givenAnAttemptWithoutAnswer_whenLaterOnesFailOtherwise_thenTheOutcomeIsUnknown() {
        var failed = ask(
                new BusRetry(Duration.ofMillis(300)),
                () -> false,
                n -> n == 1 ? failures.noAnswer() : failures.unavailable());

        assertThat(Await.failure(failed)).isSameAs(failures.noAnswer());
        assertThat(asked).hasValueGreaterThan(1);
    }

    @Test
    void givenAnAttemptWithoutAnswer_whenTheRepeatIsRefused_thenItIsRefused() {
        var refusal = Problem.invalid("key", "must not be reused").asException();

        assertThat(Await.failure(ask(new BusRetry(LONG), () -> false, n -> n == 1 ? failures.noAnswer() : refusal)))
                .isSameAs(refusal);
    }

    @Test
    void givenAWaitingRequest_whenItsClientDisconnects_thenItIsDropped() {
        var bus = new BusRetry(LONG);

        assertThat(Await.failure(ask(bus, () -> asked.get() == 3, n -> failures.unavailable())))
                .isSameAs(failures.unavailable());
        assertThat(asked).hasValue(3);
        assertThat(bus.countWaiting()).isZero();
    }

    @Test
    void givenAsManyRequestsWaitAsMay_whenAnotherFails_thenItDoesNotWait() {
        var bus = new BusRetry(LONG, 1);
        var disconnected = new CompletableFuture<Void>();
        var first = ask(bus, disconnected::isDone, n -> failures.unavailable());
        Await.eventually(() -> bus.countWaiting() == 1);

        assertThat(Await.failure(ask(bus, () -> false, n -> failures.unavailable())))
                .isSameAs(failures.unavailable());

        disconnected.complete(null);
        assertThat(Await.failure(first)).isSameAs(failures.unavailable());
    }

    @Test
    void givenAFailureThatARepeatDoesNotHelp_whenAsked_thenItIsNotRepeated() {
        var defect = new IllegalArgumentException("too large");

        assertThat(Await.failure(ask(new BusRetry(LONG), () -> false, n -> defect)))
                .isSameAs(defect);
        assertThat(asked).hasValue(1);
    }

    private interface Outcome {
        /** @param attempt from 1
         *  @return null: an answer
         */
        Throwable of(int attempt);
    }

    /** Answers with the number of the attempt. */
    private Future<Integer> ask(BusRetry bus, BooleanSupplier disconnected, Outcome outcome) {
        var request = new Request(System.nanoTime(), disconnected);
        return Future.future(done -> vertx.getOrCreateContext()
                .runOnContext(now -> bus.<Integer>ask(
                                request,
                                () -> {
                                    int attempt = asked.incrementAndGet();
                                    var failure = outcome.of(attempt);
                                    return failure == null
                                            ? CompletableFuture.completedFuture(attempt)
                                            : CompletableFuture.failedFuture(failure);
                                },
                                failure -> failure)
                        .onComplete(done)));
    }
}
