package dev.faas.system.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.User;
import dev.faas.system.WholeSystem;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the main use of the platform, and that users do not see each other's functions and activations. */
@ExtendWith(WholeSystem.class)
class StoryIT {
    @Test
    void aUserRegistersCreatesAFunctionSubmitsAndFetchesTheResult(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        var id = ada.function("factor", system.images().load(BusyboxImage.running("/bin/busybox", "factor")));

        var accepted = ada.post("/v1/functions/factor/activations", Map.of("argument", "1001"));

        assertThat(accepted.statusCode()).isEqualTo(202);
        var activation = User.json(accepted).path("activationId").asText();
        assertThat(accepted.headers().firstValue("Location")).contains("/v1/activations/" + activation);
        assertThat(accepted.headers().firstValue("X-Activation-Id")).contains(activation);
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

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(User.json(answer).path("result").asText()).isEqualTo("hello world\n");
    }

    @Test
    void aFinishedActivationAppearsInTheListOfItsOwnerNewestFirst(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("hello", system.images().script("echo hello $1"));
        var first = ada.submit("hello", "1");
        ada.ended(first);
        var second = ada.submit("hello", "2");
        ada.ended(second);

        var until = System.nanoTime() + 20_000_000_000L;
        var list = User.json(ada.get("/v1/activations?function=hello&status=succeeded"));
        while (list.path("items").size() < 2 && System.nanoTime() < until) {
            list = User.json(ada.get("/v1/activations?function=hello&status=succeeded"));
        }

        assertThat(list.path("items"))
                .extracting(i -> i.path("activationId").asText())
                .containsExactly(second, first);
        assertThat(list.path("next").isNull()).isTrue();
    }

    @Test
    void anotherUserSeesNothingOfIt(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        var bob = system.user();
        var function = ada.function("secret", system.images().script("echo $1"));
        var activation = ada.submit("secret", "x");
        ada.ended(activation);

        for (var path : new String[] {
            "/v1/functions/secret",
            "/v1/functions/" + function,
            "/v1/functions/" + function + "@1",
            "/v1/functions/" + function + "/revisions",
            "/v1/activations/" + activation,
            "/v1/activations/" + activation + "/result",
            "/v1/activations/" + activation + "/logs",
            "/v1/activations/" + activation + "/events"
        }) {
            assertThat(bob.get(path).statusCode()).as(path).isEqualTo(404);
        }
        assertThat(bob.post("/v1/functions/" + function + "/activations", Map.of("argument", "x"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(bob.delete("/v1/functions/" + function).statusCode()).isEqualTo(404);
        assertThat(User.json(bob.get("/v1/functions")).path("items")).isEmpty();
        assertThat(User.json(bob.get("/v1/activations")).path("items")).isEmpty();
        assertThat(ada.get("/v1/functions/" + function).statusCode()).isEqualTo(200);
    }

    @Test
    void theTwoOtherPortsServeTheirPart(WholeSystem.Running system) throws Exception {
        var ada = User.register(system.platform().auth());
        assertThat(ada.get("/v1/auth/me").statusCode()).isEqualTo(200);
        assertThat(ada.get("/v1/functions").statusCode()).isEqualTo(404);

        var functions = ada.at(system.platform().registry());
        functions.function("hello", system.images().script("echo $1"));
        assertThat(functions.get("/v1/functions/hello").statusCode()).isEqualTo(200);
        assertThat(functions.get("/v1/activations").statusCode()).isEqualTo(404);

        assertThat(ada.at(system.api()).submit("hello", "at once")).isNotEmpty();
    }

    @Test
    void everyPortSaysThatItIsReady(WholeSystem.Running system) throws Exception {
        var anonymous = system.user();
        for (var uri : new URI[] {
            system.api(), system.platform().auth(), system.platform().registry()
        }) {
            assertThat(anonymous.at(uri).get("/healthz").statusCode()).isEqualTo(200);
            assertThat(anonymous.at(uri).get("/readyz").statusCode()).isEqualTo(200);
            assertThat(anonymous.at(uri).get("/version").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anOlderRevisionCanStillBeCalledByItsNumber(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("hello", system.images().script("echo one"));
        var changed =
                ada.patch("/v1/functions/hello", Map.of("image", system.images().script("echo two")));
        assertThat(changed.statusCode()).as(User.text(changed)).isEqualTo(200);
        assertThat(User.json(changed).path("revision").asInt()).isEqualTo(2);

        assertThat(ada.ended(ada.submit("hello", "")).path("result").asText()).isEqualTo("two\n");
        assertThat(ada.ended(ada.submit("hello@1", "")).path("result").asText()).isEqualTo("one\n");
    }
}
