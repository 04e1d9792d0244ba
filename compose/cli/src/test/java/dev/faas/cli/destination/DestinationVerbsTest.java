package dev.faas.cli.destination;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Exit;
import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationVerbsTest extends StubFixture {
    private static final String ALL = "/v1/destinations";
    private static final String CHAIN = """
            {"id":"dst_1","name":"chain","kind":"function","url":null,"function":"thumb","functionId":"fn_1",\
            "argument":"result","allowLoop":false,"events":["activation.succeeded"],"functions":["resize"],"tags":{},\
            "format":null,"sign":null,"timeoutSeconds":null,"maxInFlight":10,"enabled":true,"headerNames":[],\
            "disabledReason":null,"failures":0,"circuitOpenUntil":null}""";

    private List<String> sent(String method) {
        return server.received().stream()
                .filter(request -> request.method().equals(method))
                .map(StubServer.Received::body)
                .toList();
    }

    @Test
    void whenTheCallbackSecretIsRotated_thenItAloneIsOnStandardOutput() {
        server.on("POST", "/v1/callback-secret", 200, "{\"secret\":\"whsec_x\"}");

        var run = run("callback-secret rotate --overlap 1h");

        assertThat(run.out()).isEqualTo("whsec_x\n");
        assertThat(sent("POST")).containsExactly("{\"overlapHours\":1}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                 | ''
            --argument event   | "argument":"event",
            --allow-loop       | "allowLoop":true,
            """)
    void givenAFunction_whenADestinationIsCreated_thenItCallsItAndNoSecretIsPrinted(String flags, String field) {
        server.on("POST", ALL, 201, CHAIN);

        assertThat(run(("destination create chain --function thumb --events activation.succeeded " + flags).strip()))
                .isEqualTo(new ClientRun(0, "", "Created chain. It is enabled.\n"));

        assertThat(sent("POST"))
                .containsExactly(
                        "{\"name\":\"chain\",\"function\":\"thumb\",%s\"events\":[\"activation.succeeded\"],\"kind\":\"function\"}"
                                .formatted(field));
    }

    @Test
    void givenAFileOfAChain_whenAppliedAgain_thenNothingChanges(@TempDir Path folder) throws IOException {
        server.on("GET", ALL + "/chain", 200, CHAIN);
        var file = Files.writeString(folder.resolve("f.yaml"), """
                destinations:
                  - name: chain
                    function: thumb
                    functions: [resize]
                    events: [activation.succeeded]
                """);

        assertThat(run("apply -f " + file).exit()).isEqualTo(Exit.OK);

        assertThat(sent("PUT")).isEmpty();
        assertThat(sent("POST")).isEmpty();
    }

    @Test
    void givenAChain_whenChanged_thenTheWholeIsSent() {
        server.on("GET", ALL + "/chain", 200, CHAIN).on("PUT", ALL + "/chain", 200, CHAIN);

        assertThat(run("destination update chain --argument event").exit()).isEqualTo(Exit.OK);

        assertThat(sent("PUT").getFirst()).contains("\"kind\":\"function\"").contains("\"argument\":\"event\"");
        assertThat(run("destination update chain --argument result").err()).contains("nothing was changed");
        assertThat(run("destination get chain").out()).contains("thumb").doesNotContain("url");
    }
}
