package dev.faas.cli.run;

import static dev.faas.cli.run.EventStreamStub.END;
import static dev.faas.cli.run.EventStreamStub.EVENTS;
import static dev.faas.cli.run.EventStreamStub.ID;
import static dev.faas.cli.run.EventStreamStub.err;
import static dev.faas.cli.run.EventStreamStub.out;
import static dev.faas.cli.run.EventStreamStub.record;
import static dev.faas.cli.run.EventStreamStub.state;
import static dev.faas.cli.run.EventStreamStub.succeeded;
import static dev.faas.cli.run.EventStreamStub.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.StubFixture;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogsCommandTest extends StubFixture {
    private static final String ACTIVATION = "/v1/activations/" + ID;

    @Test
    void ofAFunction_printsThatOfItsNewestActivation() {
        server.on("GET", "/v1/activations", 200, "{\"items\":[%s],\"next\":\"more\"}".formatted(succeeded(0, 4)))
                .on("GET", ACTIVATION + "/logs", 200, "a\nb\n");

        assertThat(run("logs", "resize")).isEqualTo(new ClientRun(0, "a\nb\n", ""));
        assertThat(server.received().getFirst().path()).isEqualTo("/v1/activations?function=resize&limit=1");
    }

    @Test
    void anEmptyLogOnATerminal_saysWhereStdoutIs() {
        server.on("GET", ACTIVATION, 200, succeeded(4, 0)).on("GET", ACTIVATION + "/logs", 200, "");

        assertThat(run("logs", ID)).isEqualTo(new ClientRun(0, "", ""));
        assertThat(ClientRun.Setup.at(server).onTerminal(80).run("logs", ID).err())
                .isEqualTo("The log is empty: it has only stderr. Stdout: faas act result %s\n".formatted(ID));
    }

    @Test
    void ofAFunctionWithoutActivations_saysSo() {
        server.on("GET", "/v1/activations", 200, "{\"items\":[],\"next\":null}")
                .on("GET", "/v1/functions/resize", 200, "{}");

        var run = run("logs", "resize");

        assertThat(run.exit()).isEqualTo(4);
        assertThat(run.err()).contains("resize has no activation yet");
    }

    @Test
    void followsFromTheTailOn() {
        server.on("GET", ACTIVATION, 200, record("running", 2, ""))
                .on("GET", ACTIVATION + "/logs", 200, "a\nb\nc\n")
                .on(
                        "GET",
                        EVENTS,
                        whole(
                                state(1, record("running", 1, "")),
                                err(2, "old\n"),
                                state(3, record("running", 2, "")),
                                err(4, "a\nb\n"),
                                out(5, "no\n"),
                                err(6, "c\nd\n"),
                                state(7, succeeded(3, 8)),
                                END));

        assertThat(run("logs", "-f", "--tail", "1", ID)).isEqualTo(new ClientRun(0, "c\nd\n", ""));
    }

    @ParameterizedTest
    @CsvSource({"logs -f,a.b.", "logs -f --tail 1,a.b."})
    void whatTheEventStreamDoesNotKeepComesFromTheStoredLog(String words, String log) {
        server.on("GET", ACTIVATION, 200, record("running", 1, ""))
                .on("GET", EVENTS, whole(state(9, succeeded(0, 4)), END));
        if (words.contains("tail")) {
            server.on("GET", ACTIVATION + "/logs", 200, "a\n");
        }
        server.on("GET", ACTIVATION + "/logs", 200, "a\nb\n");

        assertThat(run((words + " " + ID).split(" "))).isEqualTo(new ClientRun(0, log.replace('.', '\n'), ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a.b.c. | 2 | b.c.
            a.b.c  | 2 | b.c
            a.b.c. | 3 | a.b.c.
            a.b.c. | 9 | a.b.c.
            a.b.c. | 0 | ''
            ..     | 1 | .
            ''     | 1 | ''
            """)
    void findsTheLastLines(String text, int lines, String last) {
        assertThat(new String(
                        LogsCommand.lastLines(text.replace('.', '\n').getBytes(StandardCharsets.UTF_8), lines),
                        StandardCharsets.UTF_8))
                .isEqualTo(last.replace('.', '\n'));
    }
}
