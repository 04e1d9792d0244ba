package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Activation;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Ended;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Reason;
import dev.faas.activation.Status;
import dev.faas.wire.FunctionSpec.Delivery;
import java.time.Instant;
import java.util.List;

/** Checks the rules that hold for every finished interleaving. */
final class ModelRules {
    private ModelRules() {}

    /**
     * @param starts of containers
     * @param cancelling whether a cancellation was requested
     */
    static void check(
            Activation activation, List<ActivationRecord> history, int starts, boolean cancelling, Instant now) {
        assertThat(history.stream().filter(Ended.class::isInstance)).as("ends").hasSize(1);
        assertThat(history.getLast()).isInstanceOf(Ended.class);
        int own = 0;
        for (int i = 1; i < history.size(); i++) {
            own += ownFailure(history.get(i - 1), history.get(i)) ? 1 : 0;
            if (history.get(i) instanceof Running running) {
                assertThat(running.attempt())
                        .as("failures of its own before, and this run")
                        .isEqualTo(own + 1);
            }
        }
        var end = (Ended) history.getLast();
        assertThat(end.attempt()).isLessThanOrEqualTo(activation.retry().maxAttempts());
        assertThat(end.platformFaults()).isLessThan(ActivationRecord.MAX_PLATFORM_FAULTS);
        if (activation.delivery() == Delivery.AT_MOST_ONCE) {
            assertThat(starts).as("starts of an at-most-once activation").isLessThanOrEqualTo(1);
        }
        if (end.report().status() == Status.EXPIRED) {
            assertThat(now).isAfter(activation.expiresAt());
        }
        if (end.report().status() == Status.CANCELLED) {
            assertThat(cancelling).isTrue();
        }
    }

    private static boolean ownFailure(ActivationRecord before, ActivationRecord after) {
        return before instanceof Running && after instanceof Queued queued && queued.lastReason() == Reason.EXIT_CODE;
    }
}
