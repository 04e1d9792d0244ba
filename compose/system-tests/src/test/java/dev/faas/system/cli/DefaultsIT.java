package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The client's defaults are the platform's: what nobody set is not written to a file, and is no difference. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DefaultsIT {
    private InstalledClient client;

    @BeforeAll
    void logIn(WholeSystem.Running running) throws Exception {
        client = InstalledClient.of(running.api());
        client.run("fn", "create", "plain", "--image", "plain:1").orThrow();
    }

    @AfterAll
    void close() throws Exception {
        client.close();
    }

    @Test
    void whatWasNotSetIsNotExported() throws Exception {
        var functions = new JsonObject(client.run("fn", "export", "-o", "json").orThrow()).getJsonArray("functions");

        assertThat(functions).hasSize(1);
        assertThat(functions.getJsonObject(0).fieldNames()).containsExactlyInAnyOrder("name", "image", "mode");
    }

    @Test
    void whatWasExportedIsNoChange() throws Exception {
        client.shell("faas fn export > functions.yaml").orThrow();

        var diff = client.run("diff", "-f", "functions.yaml");
        client.run("apply", "-f", "functions.yaml").orThrow();

        assertThat(diff.exit()).as(diff.out()).isZero();
        var function =
                new JsonObject(client.run("fn", "get", "plain", "-o", "json").orThrow());
        assertThat(function.getInteger("revision")).isEqualTo(1);
    }
}
