package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.faas.cli.output.Streams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How lists of any length are printed. */
class ListsTest {
    private static final String LIST = "/v1/activations";

    @AutoClose
    private final StubServer server = new StubServer();

    private static String page(int items, String next) {
        return IntStream.range(0, items)
                .mapToObj("{\"activationId\":\"a%d\",\"status\":\"queued\"}"::formatted)
                .collect(Collectors.joining(",", "{\"items\":[", "],\"next\":%s}".formatted(next)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api --paginate /v1/activations",
                "act list --all",
                "act list --all -o name",
                "act list --all -o json",
                "act list --all -o jsonl",
                "act list --all -o yaml",
                "act list --all --json status",
                "ps"
            })
    void anEndlessListIsPrintedUntilItsReaderHasEnough(String words) {
        server.on("GET", LIST, 200, page(2, "\"more\""));
        var closing = new OutputStream() {
            private int left = 5;

            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes) throws IOException {
                if (left-- == 0) {
                    throw new IOException("Broken pipe");
                }
            }
        };
        var env = Map.of("FAAS_URL", server.url(), "FAAS_TOKEN", "token", "HOME", "/nonexistent");
        var pipe = new Terminal(false, false, false, 80, true, env);

        int exit = assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> Main.run(pipe, new Streams(closing, new ByteArrayOutputStream()), words.split(" ")));

        assertThat(exit).isEqualTo(Exit.CLOSED_PIPE);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "3"})
    void jsonInPiecesIsThatOfTheWhole(int items) {
        server.on("GET", LIST, 200, page(items, "\"more\"")).on("GET", LIST, 200, page(items, "null"));
        var all = IntStream.range(0, 2 * items)
                .mapToObj(i -> Map.of("activationId", "a" + i % items))
                .toList();

        var run = ClientRun.Setup.at(server).run("act", "list", "--all", "--json", "activationId");

        assertThat(run).isEqualTo(new ClientRun(0, Doc.pretty(all) + "\n", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | []
            1 | - activationId: a0,  status: queued,- activationId: a0,  status: queued
            """)
    void yamlInPiecesIsOneList(int items, String text) {
        server.on("GET", LIST, 200, page(items, "\"more\"")).on("GET", LIST, 200, page(items, "null"));

        var run = ClientRun.Setup.at(server).run("act", "list", "--all", "-o", "yaml");

        assertThat(run).isEqualTo(new ClientRun(0, text.replace(',', '\n') + "\n", ""));
    }

    @Test
    void aTableOnATerminalHasALimit() {
        server.on("GET", LIST, 200, page(2_000, "\"more\""));

        var run = assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> ClientRun.Setup.at(server).onTerminal(80).run("act", "list", "--all"));

        assertThat(run.out().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
        assertThat(run.out().lines()).hasSize(10_001);
        assertThat(run.err()).contains("There are more than these 10000");
    }

    @ParameterizedTest
    @CsvSource({"2, false", "1, true"})
    void aTerminalIsToldOfMore(int limit, boolean isMore) {
        server.on("GET", LIST, 200, page(2, "null"));

        var run = ClientRun.Setup.at(server).onTerminal(80).run("act", "list", "--limit", String.valueOf(limit));

        assertThat(run.out().lines()).hasSize(1 + limit);
        assertThat(run.err().contains("There are more")).isEqualTo(isMore);
    }
}
