package dev.faas.system.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.Client;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the main use of the platform. */
@ExtendWith(WholeSystem.class)
class StoryIT {
    @Test
    void aUserRegistersCreatesAFunctionSubmitsAndFetchesTheResult(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        var id = ada.function("factor", system.images().load(BusyboxImage.running("/bin/busybox", "factor")));

        var accepted = ada.post("/v1/functions/factor/activations", Map.of("argument", "1001"));

        accepted.expect(202);
        var activation = accepted.json().path("activationId").asText();
        assertThat(accepted.header("Location")).isEqualTo("/v1/activations/" + activation);
        assertThat(accepted.header("X-Activation-Id")).isEqualTo(activation);
        var record = ada.ended(activation);
        assertThat(record.path("status").asText()).isEqualTo("succeeded");
        assertThat(record.path("result").asText()).isEqualTo("1001: 7 11 13\n");
        assertThat(record.path("exitCode").asInt()).isZero();
        assertThat(record.path("attempt").asInt()).isEqualTo(1);
        assertThat(record.path("function").path("id").asText()).isEqualTo(id);
        assertThat(record.path("spawner").asText()).isNotEmpty();
        assertThat(new String(ada.result(activation), StandardCharsets.UTF_8)).isEqualTo("1001: 7 11 13\n");
    }

    @Test
    void waitingForTheResultIsOneCall(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("hello", system.images().script("echo hello $1"));

        var answer = ada.post("/v1/functions/hello/activations?wait=30", Map.of("argument", "world"));

        answer.expect(200);
        assertThat(answer.json().path("result").asText()).isEqualTo("hello world\n");
    }

    @Test
    void aFinishedActivationAppearsInTheListOfItsOwnerNewestFirst(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("hello", system.images().script("echo hello $1"));
        var first = ada.submit("hello", "1");
        ada.ended(first);
        var second = ada.submit("hello", "2");
        ada.ended(second);

        var path = "/v1/activations?function=hello&status=succeeded";
        Await.until("both are listed", () -> ada.get(path).json().path("items").size() == 2);
        var list = ada.get(path).json();
        assertThat(list.path("items"))
                .extracting(i -> i.path("activationId").asText())
                .containsExactly(second, first);
        assertThat(list.path("next").isNull()).isTrue();
    }

    @Test
    void theTwoOtherPortsServeTheirPart(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.platform().auth());
        ada.get("/v1/auth/me").expect(200);
        ada.get("/v1/functions").expect(404);

        var functions = ada.at(system.platform().registry());
        functions.function("hello", system.images().script("echo $1"));
        functions.get("/v1/functions/hello").expect(200);
        functions.get("/v1/activations").expect(404);

        assertThat(ada.at(system.api()).submit("hello", "at once")).isNotEmpty();
    }

    @Test
    void everyPortSaysThatItIsReady(WholeSystem.Running system) throws Exception {
        var anonymous = system.user();
        for (var uri : new URI[] {
            system.api(), system.platform().auth(), system.platform().registry()
        }) {
            anonymous.at(uri).get("/healthz").expect(200);
            anonymous.at(uri).get("/readyz").expect(200);
            anonymous.at(uri).get("/version").expect(200);
        }
    }

    @Test
    void anOlderRevisionCanStillBeCalledByItsNumber(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("hello", system.images().script("echo one"));
        var changed =
                ada.patch("/v1/functions/hello", Map.of("image", system.images().script("echo two")));
        changed.expect(200);
        assertThat(changed.json().path("revision").asInt()).isEqualTo(2);

        assertThat(ada.ended(ada.submit("hello", "")).path("result").asText()).isEqualTo("two\n");
        assertThat(ada.ended(ada.submit("hello@1", "")).path("result").asText()).isEqualTo("one\n");
    }
}
