package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Snapshot;
import dev.faas.activation.States;
import dev.faas.activation.Worker;
import dev.faas.nats.BusFailures;
import dev.faas.spawner.Specs;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class StateWriterTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private final Running ours = running();
    private Instant clock = NOW;

    private static Running running() {
        var spec = Specs.of("image");
        var activation = new Activation(
                Ids.activation(NOW),
                Ids.user(NOW),
                new FunctionKey(Ids.function(NOW), spec.name(), 1),
                spec.image(),
                spec.delivery(),
                spec.limits().timeoutSeconds(),
                spec.retry(),
                NOW,
                NOW.plus(Duration.ofDays(1)),
                Map.of(),
                null,
                null);
        return ActivationRecord.accept(activation, new RunSpec(spec, "")).claim(new Worker("me", "1"), "run-1", NOW);
    }

    /** States whose first acknowledgement is lost. */
    private static final class Forgetful implements States {
        private Snapshot last;
        private boolean answers;

        Forgetful(Snapshot last) {
            this.last = last;
        }

        @Override
        public CompletableFuture<AppendResult> append(ActivationRecord next, long expected) {
            if (last.sequence() == expected) {
                last = new Snapshot(next, expected + 1);
            }
            if (!answers) {
                answers = true;
                return CompletableFuture.failedFuture(BusFailures.unknown());
            }
            return CompletableFuture.completedFuture(
                    last.record().equals(next)
                            ? new AppendResult.Stored(last)
                            : new AppendResult.Superseded(Optional.of(last)));
        }

        @Override
        public CompletableFuture<Optional<Snapshot>> last(String id) {
            return CompletableFuture.completedFuture(Optional.of(last));
        }

        @Override
        public CompletableFuture<Optional<Snapshot>> lastFromReplica(String id) {
            return last(id);
        }

        @Override
        public CompletableFuture<Optional<RunSpec>> runSpec(String id) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    private Optional<ActivationRecord> concluded(UnaryOperator<Snapshot> meanwhile) throws InterruptedException {
        var known = new Snapshot(ours, 7);
        var writer = new StateWriter(new Forgetful(meanwhile.apply(known)), 1, Duration.ofMillis(1));
        return writer.conclude(
                known,
                running -> {
                    clock = clock.plusSeconds(1);
                    return running.handBack(Reason.START_FAILED, "no reason", clock);
                },
                () -> true);
    }

    @Test
    void givenAnAnswerThatGotLost_whenTriedAgain_thenItIsOurs() throws Exception {
        assertThat(concluded(known -> known))
                .contains(ours.handBack(Reason.START_FAILED, "no reason", NOW.plusSeconds(1)));
    }

    @Test
    void givenACancellationMeanwhile_whenConcluded_thenTheNextStateFollowsFromThatOne() throws Exception {
        var cancelled = ours.requestCancel(Reason.CANCELLED_BY_USER);

        assertThat(concluded(known -> new Snapshot(cancelled, 8)))
                .contains(cancelled.handBack(Reason.START_FAILED, "no reason", NOW.plusSeconds(2)));
    }
}
