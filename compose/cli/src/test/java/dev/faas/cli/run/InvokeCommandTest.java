package dev.faas.cli.run;

import static dev.faas.cli.run.EventStreamStub.END;
import static dev.faas.cli.run.EventStreamStub.EVENTS;
import static dev.faas.cli.run.EventStreamStub.ID;
import static dev.faas.cli.run.EventStreamStub.err;
import static dev.faas.cli.run.EventStreamStub.out;
import static dev.faas.cli.run.EventStreamStub.record;
import static dev.faas.cli.run.EventStreamStub.state;
import static dev.faas.cli.run.EventStreamStub.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Failure;
import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvokeCommandTest extends StubFixture {
    private static final String SUBMIT = "/v1/functions/f/activations";
    private static final String ACTIVATION = "/v1/activations/" + ID;
    private static final String QUEUED = record("queued", 0, "");
    private static final String HELLO = record("succeeded", 1, "'result':'hello','resultBytes':5");
    private static final String EXIT_3 =
            record("failed", 1, "'reason':'exit_code','exitCode':3,'result':'part','resultBytes':4");

    @Test
    void printsTheResultUnchanged() {
        server.on("POST", SUBMIT, 200, HELLO);

        assertThat(run("invoke", "f", "ü", "--timeout", "2m")).isEqualTo(new ClientRun(0, "hello", ""));
        assertThat(server.received()).hasSize(1);
        assertThat(server.received().getFirst().body()).isEqualTo("{\"argument\":\"ü\",\"timeoutSeconds\":120}");
    }

    @Test
    void onATerminal_endsTheLine() {
        server.on("POST", SUBMIT, 200, HELLO);

        assertThat(ClientRun.Setup.at(server).onTerminal(80).run("invoke", "f").out())
                .isEqualTo("hello\n");
    }

    @Test
    void whenThePlatformGoesAwayAndComesBack_thenNothingIsSubmittedTwice() {
        server.breaksOn("POST", SUBMIT)
                .on("POST", SUBMIT, 503, "{\"code\":\"outcome_unknown\"}")
                .on("POST", SUBMIT, 202, QUEUED)
                .breaksOn("GET", ACTIVATION)
                .on("GET", ACTIVATION, 503, "{\"code\":\"unavailable\"}")
                .on("GET", ACTIVATION, 200, record("running", 1, ""))
                .on("GET", ACTIVATION, 200, HELLO);

        assertThat(run("invoke", "f")).isEqualTo(new ClientRun(0, "hello", ""));
        assertThat(server.received().stream()
                        .filter(received -> received.method().equals("POST"))
                        .map(received -> received.header("Idempotency-Key"))
                        .distinct())
                .hasSize(1)
                .doesNotContainNull();
    }

    @Test
    void withoutContact_saysHowToGoOn() {
        server.on("POST", SUBMIT, 202, QUEUED).breaksOn("GET", ACTIVATION);

        var run = run("invoke", "f", "--retry-for", "300ms");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).contains("It may still run: faas attach " + ID);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            invoke f             | 1 | part
            invoke --exit-code f | 3 | part
            """)
    void anUnhappyEndIsSaid(String line, int exit, String out) {
        server.on("POST", SUBMIT, 200, EXIT_3);

        assertThat(run(line))
                .isEqualTo(new ClientRun(
                        exit,
                        out,
                        "faas: %s failed: exit code 3 (exit_code)\nIts log: faas logs %s\n".formatted(ID, ID)));
    }

    @ParameterizedTest
    @CsvSource({"invoke f,4", "invoke --exit-code f,125"})
    void anUnknownFunctionIsSuggested(String line, int exit) {
        server.on("POST", SUBMIT, 404, "{\"code\":\"function_not_found\",\"requestId\":\"r1\"}")
                .on("GET", "/v1/functions", 200, "{\"items\":[{\"name\":\"fn\"}],\"next\":null}");

        assertThat(run(line))
                .isEqualTo(
                        new ClientRun(
                                exit,
                                "",
                                "faas: no function \"f\" (function_not_found)\ndid you mean \"fn\"? List them: faas fn list\nrequest r1\n"));
    }

    @Test
    void whenItDoesNotEndInTime_thenExitsWith124() {
        server.on("POST", SUBMIT, 202, QUEUED).on("GET", ACTIVATION, 200, QUEUED);

        var run = run("invoke", "f", "--wait", "0");

        assertThat(run.exit()).isEqualTo(124);
        assertThat(run.err()).contains(ID + " did not end in", "faas attach " + ID);
        assertThat(server.received().getFirst().path()).doesNotContain("wait");
    }

    @Test
    void async_printsTheId() {
        server.on("POST", SUBMIT, 202, QUEUED);

        assertThat(run("invoke", "f", "--async", "--idempotency-key", "k1")).isEqualTo(new ClientRun(0, ID + "\n", ""));
        assertThat(server.received().getFirst().header("Idempotency-Key")).isEqualTo("k1");
    }

    @Test
    void follow_printsBothStreams() {
        server.on("POST", SUBMIT, 202, QUEUED)
                .on(
                        "GET",
                        EVENTS,
                        whole(
                                state(1, record("running", 1, "")),
                                out(2, "o\n"),
                                err(3, "e\n"),
                                state(4, record("succeeded", 1, "'resultBytes':2,'logBytes':2")),
                                END));

        assertThat(run("invoke", "--follow", "f")).isEqualTo(new ClientRun(0, "o\n", "e\n"));
    }

    @Test
    void aLargeResultGoesOnAfterABreak(@TempDir Path folder) throws Exception {
        var file = folder.resolve("result");
        server.on("POST", SUBMIT, 200, record("succeeded", 1, "'result':null,'resultBytes':10"))
                .on("GET", ACTIVATION + "/result", EventStreamStub.cut("01234"))
                .on("GET", ACTIVATION + "/result", exchange -> StubServer.answer(exchange, 206, "56789"));

        assertThat(run("invoke", "f", "--output-file", file.toString())).isEqualTo(new ClientRun(0, "", ""));
        assertThat(file).hasContent("0123456789");
        assertThat(server.received().getLast().header("Range")).isEqualTo("bytes=5-");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void anUnhappyEndLeavesTheFileAlone(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("result"), "before");
        server.on("POST", SUBMIT, 200, EXIT_3);

        assertThat(run("invoke", "f", "--output-file", file.toString()).exit()).isEqualTo(1);
        assertThat(file).hasContent("before");
    }

    @ParameterizedTest
    @CsvSource({"'',hello", "-o name,hello", "-o json,hello", "--json status,hello"})
    void writesTheFileWhateverIsPrinted(String form, String content, @TempDir Path folder) {
        var file = folder.resolve("result");
        server.on("POST", SUBMIT, 200, HELLO);

        assertThat(run(("invoke f --output-file " + file + " " + form).split(" "))
                        .exit())
                .isZero();
        assertThat(file).hasContent(content);
    }

    @ParameterizedTest
    @CsvSource({"rw-------", "rwxr-xr--"})
    void aLinkedFileKeepsItsPermissions(String permissions, @TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("result"), "before");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        var link = Files.createSymbolicLink(folder.resolve("link"), file);
        server.on("POST", SUBMIT, 200, HELLO);

        assertThat(run("invoke", "f", "--output-file", link.toString()).exit()).isZero();
        assertThat(link).isSymbolicLink().hasContent("hello");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aNamedPipeIsWrittenAndStays(@TempDir Path folder) throws Exception {
        var pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        var reader = new ProcessBuilder("timeout", "20", "cat", pipe.toString()).start();
        server.on("POST", SUBMIT, 200, HELLO);

        assertThat(run("invoke", "f", "--output-file", pipe.toString()).exit()).isZero();
        assertThat(reader.inputReader().readLine()).isEqualTo("hello");
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"missing/result", "folder"})
    void aFileThatCannotBeWrittenIsNotLeftBehind(String name, @TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("folder"));
        server.on("POST", SUBMIT, 200, HELLO);

        var run = run("invoke", "f", "--output-file", folder.resolve(name).toString());

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("--output-file: cannot write");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void aResultThatDoesNotArriveLeavesNoFile(@TempDir Path folder) throws Exception {
        server.on("POST", SUBMIT, 200, record("succeeded", 1, "'result':null,'resultBytes':10"))
                .on("GET", ACTIVATION + "/result", 410, "{\"code\":\"result_expired\"}");

        assertThat(run("invoke", "f", "--output-file", folder.resolve("result").toString())
                        .exit())
                .isEqualTo(6);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--delay soon",
                "--callback-on failure",
                "--callback erp --callback-on cancelled",
                "--batch x --callback erp",
                "--delay 8d",
                "--not-before 5s",
                "--delay 5s --not-before 2026-11-24T10:00:00Z",
                "--batch x",
                "--async --follow",
                "--output-file x --async"
            })
    void refuses(String flags) {
        assertThat(run(("invoke f " + flags).split(" ")).exit()).isEqualTo(2);
        assertThat(server.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "--delay 10m,'\"delaySeconds\":600'",
        "--delay 1500ms,'\"delaySeconds\":2'",
        "--not-before 2026-11-24T12:00:00+02:00,'\"notBefore\":\"2026-11-24T10:00:00Z\"'",
        "--callback https://e.org/x,'\"callback\":{\"url\":\"https://e.org/x\"}'",
        "--callback erp --callback-on failure,'\"callback\":{\"destination\":\"erp\",\"on\":[\"failure\"]}'"
    })
    void sendsTheDelayAndTheCallback(String flags, String field) {
        server.on("POST", SUBMIT, 202, QUEUED);

        assertThat(run(("invoke f x --async " + flags).split(" ")).exit()).isZero();
        assertThat(server.received().getFirst().body()).isEqualTo("{\"argument\":\"x\"," + field + "}");
    }

    @Test
    void takesTheLargestArgumentUnchanged(@TempDir Path folder) throws IOException {
        var bytes = ("ü\r\n" + "x".repeat(131_067)).getBytes(StandardCharsets.UTF_8);

        var file = Files.write(folder.resolve("a"), bytes);

        assertThat(Argument.read(null, file).getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"131072,120,too large", "1,0,NUL", "1,255,not UTF-8"})
    void checksTheArgument(int length, int value, String text, @TempDir Path folder) throws IOException {
        var bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);

        var file = Files.write(folder.resolve("a"), bytes);

        assertThatThrownBy(() -> Argument.read(null, file))
                .isInstanceOf(Failure.class)
                .hasMessageContaining(text);
    }

    @Test
    void aSubmitThatMayHaveArrivedIsNotCalledLost_whenTheLaterTriesAreRefused() {
        server.on("POST", "/v1/functions/f/activations", exchange -> {
            exchange.close();
            server.close();
        });

        var run = run("invoke", "f", "--async", "--retry-for", "1s");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).contains("connection refused").contains("It may have been accepted: faas ps");
    }

    @Test
    void aSubmitThatNeverArrivedIsSafeToRepeat() {
        server.close();

        var run = run("invoke", "f", "--async", "--retry-for", "0s");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).contains("connection refused").contains("Nothing was submitted, so it can be repeated.");
    }
}
