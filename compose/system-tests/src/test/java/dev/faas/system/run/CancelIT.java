package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the cancelling of activations. */
@ExtendWith(WholeSystem.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class CancelIT {
    @Test
    void oneThatWaitsBehindAnotherIsCancelledAtOnceAndNeverRuns(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("one-by-one", system.images().script("echo started $1; sleep $1"), Map.of("concurrency", 1));
        var first = ada.submit("one-by-one", "60");
        ada.awaitStatus(first, "running");
        var second = ada.submit("one-by-one", "0");

        var answer = ada.delete("/v1/activations/" + second);

        answer.expect(202);
        assertThat(answer.json().path("status").asText()).isEqualTo("cancelled");
        var record = ada.record(second);
        assertThat(record.path("status").asText()).isEqualTo("cancelled");
        assertThat(record.path("reason").asText()).isEqualTo("cancelled_by_user");
        assertThat(record.path("attempt").asInt()).isZero();
        assertThat(ada.result(second)).isEmpty();
        ada.delete("/v1/activations/" + second).expect(409);
        ada.delete("/v1/activations/" + first);
    }

    @Test
    void oneThatRunsIsStoppedWithinSecondsByASignalThatItHears(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function(
                "endless",
                system.images()
                        .script("trap 'echo heard; exit 3' TERM; echo started; echo ready >&2; sleep 300 & wait"));
        var id = ada.submit("endless", "");
        awaitOutput(ada, id);

        var answer = ada.delete("/v1/activations/" + id);
        var again = ada.delete("/v1/activations/" + id);

        answer.expect(202);
        assertThat(again.status()).isIn(202, 409);
        var record = ada.ended(id);
        assertThat(record.path("status").asText()).isEqualTo("cancelled");
        assertThat(record.path("reason").asText()).isEqualTo("cancelled_by_user");
        assertThat(record.path("result").asText()).isEqualTo("started\nheard\n");
        ada.delete("/v1/activations/" + id).expect(409);
    }

    /** After this line its signal handler is set. */
    private static void awaitOutput(Client user, String id) throws Exception {
        user.awaitStatus(id, "running");
        Await.until("its output", () -> !user.logs(id).isEmpty());
    }

    @Test
    void anotherUsersActivationCannotBeStopped(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("mine", system.images().script("echo $1"));
        var id = ada.submit("mine", "x");

        system.user().delete("/v1/activations/" + id).expect(404);
        assertThat(ada.ended(id).path("status").asText()).isEqualTo("succeeded");
    }
}
