package dev.faas.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final RunningService running = new RunningService(on -> {});

    @AfterEach
    void close() {
        running.close();
    }

    @Test
    void whenARequiredDependencyIsDownThenTheServiceIsAliveButNotReady() throws Exception {
        running.health
                .addRequired("nats", () -> true)
                .addRequired("postgres", () -> Future.failedFuture("10.0.0.7 refused"));

        assertThat(running.get("/healthz").status()).isEqualTo(200);
        var ready = running.get("/readyz");
        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().toString())
                .isEqualTo("{\"status\":\"down\",\"dependencies\":{\"nats\":\"up\",\"postgres\":\"down\"}}");
        assertThat(running.send(running.internal("/readyz"))
                        .json()
                        .at("/dependencies/postgres/detail")
                        .asText())
                .isEqualTo("10.0.0.7 refused");
    }

    @Test
    void whenOnlyAListedDependencyIsDownThenTheServiceIsReady() throws Exception {
        running.health.addRequired("nats", () -> Future.succeededFuture()).addOptional("registry", () -> false);

        var ready = running.get("/readyz");

        assertThat(ready.status()).isEqualTo(200);
        assertThat(ready.json().at("/dependencies/registry").asText()).isEqualTo("down");
    }

    @Test
    void whenADependencyDoesNotAnswerThenReadinessDoesAllTheSame() throws Exception {
        running.health.addRequired("nats", () -> Promise.<Void>promise().future());

        assertThat(running.get("/readyz").status()).isEqualTo(503);
    }

    @Test
    void whenACheckThrowsThenItsDependencyIsDown() throws Exception {
        running.health.addRequired("nats", (java.util.function.BooleanSupplier) () -> {
            throw new IllegalStateException("closed");
        });

        var ready = running.get("/readyz");

        assertThat(ready.status()).isEqualTo(503);
        assertThat(ready.json().at("/dependencies/nats").asText()).isEqualTo("down");
    }

    @Test
    void whenTheServiceIsStoppingThenItIsNotReady() throws Exception {
        assertThat(running.get("/readyz").status()).isEqualTo(200);

        running.health.markStopping();

        assertThat(running.get("/readyz").status()).isEqualTo(503);
    }

    @Test
    void whenAskedForItsVersionThenItSaysWhatTheBuildWrote() throws Exception {
        var version = running.get("/version").json();

        assertThat(version.path("service").asText()).isEqualTo("test-service");
        assertThat(version.path("version").asText()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(version.path("commit").asText()).matches("[0-9a-f]{40}(-dirty)?|unknown");
        assertThat(version.path("commitTime").asText())
                .matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z|unknown");
    }
}
