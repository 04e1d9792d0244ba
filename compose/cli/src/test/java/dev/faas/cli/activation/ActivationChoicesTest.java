package dev.faas.cli.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.ClientRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The states and reasons that the client completes are those that the server accepts. */
class ActivationChoicesTest {
    @ParameterizedTest
    @ValueSource(strings = {"status", "reason"})
    void theClientsAreTheServers(String parameter) throws Exception {
        var run = new ClientRun.Setup()
                .with("HOME", "/nonexistent")
                .run("__complete", "--", "activation", "list", "--" + parameter, "");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out().lines().map(String::strip))
                .hasSizeGreaterThan(5)
                .containsExactlyInAnyOrderElementsOf(ApiDocument.read().choices("/v1/activations", parameter));
    }
}
