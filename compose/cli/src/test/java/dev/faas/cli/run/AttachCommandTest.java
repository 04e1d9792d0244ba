package dev.faas.cli.run;

import static dev.faas.cli.run.EventStreamStub.END;
import static dev.faas.cli.run.EventStreamStub.EVENTS;
import static dev.faas.cli.run.EventStreamStub.ID;
import static dev.faas.cli.run.EventStreamStub.cut;
import static dev.faas.cli.run.EventStreamStub.err;
import static dev.faas.cli.run.EventStreamStub.out;
import static dev.faas.cli.run.EventStreamStub.piece;
import static dev.faas.cli.run.EventStreamStub.record;
import static dev.faas.cli.run.EventStreamStub.state;
import static dev.faas.cli.run.EventStreamStub.succeeded;
import static dev.faas.cli.run.EventStreamStub.whole;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.StubServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttachCommandTest {
    private static final String QUEUED = state(1, record("queued", 0, ""));
    private static final String RUNNING = state(2, record("running", 1, ""));

    @AutoClose
    private final StubServer server = new StubServer();

    private ClientRun attach(String... flags) {
        var args = new String[flags.length + 2];
        args[0] = "attach";
        args[1] = ID;
        System.arraycopy(flags, 0, args, 2, flags.length);
        return ClientRun.Setup.at(server).run(args);
    }

    @Test
    void whenStreamBreaks_thenEachByteIsPrintedOnce() {
        server.on("GET", EVENTS, cut(QUEUED, RUNNING, out(3, "one\n"), err(4, "x\n"), "id: 5\nevent: output\ndata: {"))
                .on("GET", EVENTS, cut())
                .on("GET", EVENTS, 503, "{\"code\":\"unavailable\"}")
                .on("GET", EVENTS, whole(piece(5, "output", "base64", "/wA="), state(6, succeeded(6, 2)), END));

        var run = attach();

        assertThat(run).isEqualTo(new ClientRun(0, "one\n\ufffd\0", "x\n"));
        assertThat(server.received())
                .extracting(received -> received.header("Last-Event-ID"))
                .containsExactly(null, "4", "4", "4");
    }

    @Test
    void whenOutputIsNoLongerInTheStream_thenItComesFromTheStore() {
        server.on("GET", EVENTS, whole(state(9, succeeded(4, 3)), END))
                .on("GET", "/v1/activations/" + ID + "/result", 200, "out\n")
                .on("GET", "/v1/activations/" + ID + "/logs", 200, "er\n");

        assertThat(attach()).isEqualTo(new ClientRun(0, "out\n", "er\n"));
    }

    @Test
    void whenStreamIsPrunedDuringABreak_thenOnlyTheRestComesFromTheStore() {
        server.on("GET", EVENTS, cut(QUEUED, RUNNING, out(3, "one\n")))
                .on("GET", EVENTS, whole(state(9, succeeded(8, 0)), END))
                .on("GET", "/v1/activations/" + ID + "/result", 200, "one\ntwo\n");

        assertThat(attach().out()).isEqualTo("one\ntwo\n");
        assertThat(server.received().getLast().header("Range")).isEqualTo("bytes=4-");
    }

    @Test
    void afterAnEvent_printsOnlyWhatFollows() {
        // The state running is repeated when somebody asks to cancel: it begins no attempt.
        server.on(
                        "GET",
                        EVENTS,
                        whole(state(5, record("running", 1, "")), out(6, "two\n"), state(7, succeeded(8, 0)), END))
                .on("GET", EVENTS, whole(QUEUED, END));

        assertThat(attach("--after", "3")).isEqualTo(new ClientRun(0, "two\n", ""));
        assertThat(server.received().getFirst().header("Last-Event-ID")).isEqualTo("3");
    }

    @Test
    void afterAnEventOfAPrunedStream_failsInsteadOfLosingOutput() {
        server.on("GET", EVENTS, whole(state(9, succeeded(8, 0)), END));

        var run = attach("--after", "3");

        assertThat(run.exit()).isEqualTo(125);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("the output after event 3 is no longer in the event stream", "faas attach " + ID);
    }

    @Test
    void afterTheLastEvent_exitsWithTheCodeOfTheCommand() {
        server.on("GET", EVENTS, exchange -> {
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                })
                .on("GET", "/v1/activations/" + ID, 200, record("failed", 1, "'reason':'exit_code','exitCode':3"));

        assertThat(attach("--after", "9")).isEqualTo(new ClientRun(3, "", ""));
    }

    @Test
    void whenAnotherAttemptStarts_thenSaysSo() {
        server.on(
                "GET",
                EVENTS,
                whole(
                        QUEUED,
                        RUNNING,
                        out(3, "on"),
                        state(4, record("queued", 1, "'reason':'exit_code'")),
                        state(5, record("running", 2, "")),
                        out(6, "one\n"),
                        state(7, succeeded(4, 0)),
                        END));

        assertThat(attach())
                .isEqualTo(
                        new ClientRun(
                                0,
                                "onone\n",
                                "\nfaas: the command starts again: attempt 2. What it had written to stdout before cannot be withdrawn.\n"));
    }

    @Test
    void saysWhatWasCut() {
        server.on(
                "GET",
                EVENTS,
                whole(
                        QUEUED,
                        RUNNING,
                        out(3, "on"),
                        state(4, record("succeeded", 1, "'resultBytes':2,'resultTruncated':true")),
                        END));

        assertThat(attach().err()).isEqualTo("faas: stdout was cut after 2 bytes: the function's limits.resultKb\n");
    }

    @ParameterizedTest
    @CsvSource({"401, unauthenticated", "404, activation_not_found", "403, forbidden"})
    void whenItFailsItself_thenExitsWith125(int status, String code) {
        server.on("GET", EVENTS, status, "{\"code\":\"%s\"}".formatted(code));

        assertThat(attach().exit()).isEqualTo(125);
    }

    @Test
    void withoutContact_saysHowToGoOn() {
        server.on("GET", EVENTS, cut(QUEUED, RUNNING, out(3, "on"))).breaksOn("GET", EVENTS);

        var run = attach("--retry-for", "400ms");

        assertThat(run.exit()).isEqualTo(125);
        assertThat(run.err()).contains("no answer from", "It may still run: faas attach " + ID + " --after 3");
    }

    @Test
    void onATerminal_escapesAndLeavesBinaryOut() {
        server.on(
                "GET",
                EVENTS,
                whole(
                        QUEUED,
                        RUNNING,
                        out(3, "a\\u001b[31mb\\u001b[2J"),
                        piece(4, "log", "base64", "/wA="),
                        state(5, succeeded(0, 0)),
                        END));

        var run = ClientRun.Setup.at(server).onTerminal(80).run("attach", ID);

        assertThat(run.out()).isEqualTo("a\u001b[31mb\\x1b[2J");
        assertThat(run.err()).contains("binary output was left out").doesNotContain("\ufffd");
    }
}
