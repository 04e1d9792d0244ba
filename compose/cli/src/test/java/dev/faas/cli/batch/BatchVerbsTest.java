package dev.faas.cli.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Exit;
import dev.faas.cli.StubFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchVerbsTest extends StubFixture {
    private static final String SUBMIT = "/v1/functions/f/batches";
    private static final String ALL = "/v1/batches";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a~~ ü \\"~                        | {"argument":"a"}~{"argument":" ü \\\\\\""}
            {"argument":"a"}~{"argument":1}   | {"argument":"a"}~{"argument":1}
            {"url":"x"}                       | {"argument":"{\\"url\\":\\"x\\"}"}
            {"argument":                      | {"argument":"{\\"argument\\":"}
            """)
    void givenLines_whenSubmitted_thenEachIsAnItem(String lines, String body) throws IOException {
        server.on("POST", SUBMIT, 202, "{'batchId':'bat_1','accepted':2,'rejected':0,'items':[]}".replace('\'', '"'));

        assertThat(run("invoke f --batch " + file(lines)))
                .isEqualTo(new ClientRun(0, "bat_1\n", "2 items accepted. See: faas batch get bat_1\n"));
        assertThat(server.received().getFirst().body()).isEqualTo(body.replace('~', '\n'));
        assertThat(server.received().getFirst().header("Content-Type")).isEqualTo("application/x-ndjson");
    }

    @Test
    void givenRefusedItems_whenSubmitted_thenTheyAreNamedWithTheWayToSubmitThemAgain() throws IOException {
        server.on("POST", SUBMIT, 202, """
                {"batchId":"bat_1","accepted":1,"rejected":1,"items":[{"index":0,"activationId":"a"},
                {"index":1,"status":429,"code":"queue_full","detail":"The queue is full."}]}""");

        var file = file("a~b");
        var run = run("invoke f --idempotency-key k --batch " + file);

        assertThat(run).isEqualTo(new ClientRun(Exit.REFUSED, "bat_1\n", """
                        faas: 1 items were refused, 1 accepted
                        item 1: The queue is full. (queue_full)
                        Submit these again, and no other twice: faas invoke f --batch %s --idempotency-key k
                        """.formatted(file)));
    }

    @Test
    void givenAnAnswerThatBreaksOff_whenSubmitted_thenItIsRepeatedWithTheSameKey() throws IOException {
        server.breaksOn("POST", SUBMIT)
                .on("POST", SUBMIT, 202, "{\"batchId\":\"bat_1\",\"accepted\":1,\"rejected\":0,\"items\":[]}");

        assertThat(run("invoke f --batch " + file("a")).exit()).isZero();
        assertThat(server.received().stream().map(each -> each.header("Idempotency-Key")))
                .hasSize(2)
                .doesNotContainNull();
        assertThat(server.received().stream()
                        .map(each -> each.header("Idempotency-Key"))
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--batch missing",
        "--batch empty",
        "x --batch lines",
        "--batch lines --follow",
        "--batch lines --delay 5s",
        "--batch lines --tag a=b",
        "--batch lines --file lines",
        "--batch lines --output-file x"
    })
    void givenWhatDoesNotFit_whenInvoked_thenItIsUsage(String flags) throws IOException {
        Files.writeString(folder.resolve("empty"), "\n");
        Files.writeString(folder.resolve("lines"), "a\n");

        var run = run("invoke f " + flags.replaceAll("--(batch|file) ", "--$1 " + folder + "/"));

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void givenABatch_whenRead_thenItsCountsAndItemsAreShown() {
        server.on("GET", ALL + "/bat_1", 200, """
                        {"batchId":"bat_1","function":{"id":"fn_1","name":"f","revision":3},"state":"closed","size":3,"accepted":2,
                        "rejected":1,"counts":{"failed":1,"running":1},"createdAt":"2026-11-24T10:00:00.000Z","endedAt":null}""")
                .on("GET", ALL + "/bat_1/items", 200, """
                        {"items":[{"index":1,"activationId":"a1","status":"failed","reason":"exit_code"}],"next":null}""")
                .on("GET", ALL, 200, "{\"items\":[{\"batchId\":\"bat_1\"}],\"next\":null}");

        assertThat(run("batch get bat_1").out()).isEqualTo("""
                batch:            bat_1
                function:         f@3
                state:            closed
                items:            3
                accepted:         2
                rejected:         1
                counts:           1 failed, 1 running
                created:          2026-11-24T10:00:00.000Z
                """);
        assertThat(run("batch items bat_1 --status failed,expired").out()).contains("1\ta1\tfailed\texit_code");
        assertThat(server.received().getLast().path()).contains("status=failed&status=expired");
        assertThat(run("batch list -o name").out()).isEqualTo("bat_1\n");
    }

    private Path file(String lines) throws IOException {
        return Files.writeString(folder.resolve("lines"), lines.replace('~', '\n'));
    }
}
