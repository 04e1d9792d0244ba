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

import com.sun.net.httpserver.HttpExchange;
import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Environment;
import dev.faas.cli.Failure;
import dev.faas.cli.StubServer;
import dev.faas.cli.StubServer.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCommandTest {
    private static final String ACCEPTED = "{\"activationId\":\"%s\",\"status\":\"queued\"}".formatted(ID);
    private static final String UNKNOWN = "{\"code\":\"function_not_found\",\"detail\":\"none\"}";

    @AutoClose
    private final StubServer server = new StubServer();

    private ClientRun run(String... args) {
        return ClientRun.Setup.at(server).with("FROM_HERE", "here").run(args);
    }

    /** The name of an ad-hoc function is not known before: whatever is asked for its activations gets these answers in turn. */
    private void onSubmit(String name, StubServer.Handler... answers) {
        for (var answer : answers) {
            server.on("POST", "/v1/functions/" + name + "/activations", answer);
        }
    }

    private static StubServer.Handler answer(int status, String json) {
        return exchange -> StubServer.answer(exchange, status, json);
    }

    private void ends(String... events) {
        server.on("GET", EVENTS, whole(String.join("", events), END));
    }

    private String adHocName(String... args) {
        run(args);
        var name = server.received().getLast().path().split("/")[3];
        assertThat(name).matches("run-[0-9a-z]{10}");
        return name;
    }

    @Test
    void createsTheFunctionWhenItIsMissing_andSubmitsAgainWithTheSameKey() throws IOException {
        String[] args = {"run", "-m", "1.5g", "--cpus", "0.5", "--tag", "a=b", "busybox", "sh", "-c", "exit 3"};
        var name = adHocName(args);
        int before = server.received().size();
        onSubmit(name, answer(404, UNKNOWN), answer(202, ACCEPTED));
        server.on("POST", "/v1/functions", 201, "{}");
        ends(
                state(1, record("queued", 0, "")),
                state(2, record("running", 1, "")),
                out(3, "o\n"),
                err(4, "e\n"),
                state(5, record("failed", 1, "'reason':'exit_code','exitCode':3,'resultBytes':2,'logBytes':2")));

        assertThat(run(args)).isEqualTo(new ClientRun(3, "o\n", "e\n"));

        var calls = server.received().subList(before, server.received().size());
        assertThat(calls).extracting(Received::method).containsExactly("POST", "POST", "POST", "GET");
        assertThat(calls.get(0).header("Idempotency-Key"))
                .isNotNull()
                .isEqualTo(calls.get(2).header("Idempotency-Key"));
        assertThat(calls.get(2).body()).isEqualTo("{\"argument\":\"exit 3\",\"tags\":{\"a\":\"b\"}}");
        assertThat(Doc.parse(calls.get(1).body()).fields())
                .isEqualTo(Doc.parse(("{'name':'%s','image':'busybox','entrypoint':null,'command':['sh','-c'],'env':{},"
                                        + "'network':'none','limits':{'cpus':0.5,'logKb':16384,'memoryMb':1536,"
                                        + "'resultKb':16384,'timeoutSeconds':300},'readOnlyRoot':false,"
                                        + "'argumentAs':'last','labels':{'dev.faas/ad-hoc':'true'},'idleTtlSeconds':3600}")
                                .formatted(name)
                                .replace('\'', '"'))
                        .fields());
    }

    @Test
    void aRepeatedRunIsOneSubmit() {
        String[] args = {"run", "-d", "busybox", "echo", "hello"};
        onSubmit(adHocName(args), answer(202, ACCEPTED));
        int before = server.received().size();

        assertThat(run(args)).isEqualTo(new ClientRun(0, ID + "\n", ""));
        assertThat(server.received()).hasSize(before + 1);
    }

    @Test
    void onlyTheLastArgumentIsNoPartOfTheFunction() {
        var first = adHocName("run", "busybox", "echo", "a");

        assertThat(adHocName("run", "busybox", "echo", "b")).isEqualTo(first);
        assertThat(adHocName("run", "busybox", "printf", "a")).isNotEqualTo(first);
        assertThat(adHocName("run", "-e", "A=1", "busybox", "echo", "a")).isNotEqualTo(first);
    }

    @Test
    void whenAnotherProcessCreatedItMeanwhile_thenGoesOn() {
        String[] args = {"run", "-d", "busybox", "echo", "hello"};
        onSubmit(adHocName(args), answer(404, UNKNOWN), answer(202, ACCEPTED));
        server.on("POST", "/v1/functions", 409, "{\"code\":\"function_exists\"}");

        assertThat(run(args).exit()).isZero();
    }

    @Test
    void namesTheFlagOfAnInvalidField() {
        String[] args = {"run", "-m", "64g", "busybox"};
        onSubmit(adHocName(args), answer(404, UNKNOWN));
        server.on(
                "POST",
                "/v1/functions",
                400,
                "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"limits.memoryMb\",\"message\":\"must be at most 4096\"}]}");

        var run = run(args);

        assertThat(run.exit()).isEqualTo(125);
        assertThat(run.err()).contains("\n--memory must be at most 4096 (MiB)\n");
    }

    @Test
    void aNamedFunctionIsUpdatedWhenItDiffers_andSubmittedAtItsRevision() throws IOException {
        var stored = "{'name':'job','image':'old','mode':'isolated','labels':{'team':'x'},'concurrency':7,'revision':4,"
                + "'limits':{'memoryMb':128,'pids':9},'argumentAs':'none'}";
        server.on("GET", "/v1/functions/job", exchange -> answer(exchange, "\"4\"", stored))
                .on("PUT", "/v1/functions/job", 412, "{\"code\":\"precondition_failed\"}")
                .on("PUT", "/v1/functions/job", 200, "{\"revision\":6}");
        onSubmit("job@6", answer(202, ACCEPTED));

        assertThat(run("run", "-d", "--name", "job", "busybox", "echo", "a").exit())
                .isZero();

        var put = server.received().get(3);
        assertThat(put.header("If-Match")).isEqualTo("\"4\"");
        var body = Doc.parse(put.body());
        assertThat(body.text("image")).isEqualTo("busybox");
        assertThat(body.text("argumentAs")).isEqualTo("last");
        assertThat(body.number("concurrency")).isEqualTo(7);
        assertThat(body.doc("labels").text("team")).isEqualTo("x");
        assertThat(body.doc("limits").number("pids")).isEqualTo(9);
    }

    @Test
    void aNamedFunctionThatIsAsWanted_staysAsItIs() {
        var stored = "{'name':'job','image':'busybox','entrypoint':null,'command':['echo'],'env':{'A':'1'},"
                + "'network':'none','limits':{'memoryMb':128,'cpus':1.0,'pids':128,'timeoutSeconds':300,"
                + "'resultKb':16384,'logKb':16384},'readOnlyRoot':false,'concurrency':7,'revision':4,'mode':'isolated'}";
        server.on("GET", "/v1/functions/job", exchange -> answer(exchange, "\"4\"", stored));
        onSubmit("job@4", answer(202, ACCEPTED));

        assertThat(run("run", "-d", "--name", "job", "-e", "A=1", "busybox", "echo", "a")
                        .exit())
                .isZero();
        assertThat(server.received()).hasSize(2);
    }

    private static void answer(HttpExchange exchange, String tag, String json) throws IOException {
        exchange.getResponseHeaders().set("ETag", tag);
        StubServer.answer(exchange, 200, json.replace('\'', '"'));
    }

    // A dash stands for none.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -     | ''         | -    | -    | -
            -     | ls         | -    | ls   | -
            -     | ls,-l,/tmp | -    | ls,-l | /tmp
            sh    | ''         | sh   | -    | -
            sh    | -c         | sh   | ''   | -c
            ''    | ls         | ls   | -    | -
            ''    | ls,/tmp    | ls   | ''   | /tmp
            """)
    void dividesTheCommandLineAsDocker(String flag, String words, String entrypoint, String command, String argument) {
        var line = RunCommand.CommandLine.of(flag.equals("-") ? null : flag, list(words));

        assertThat(line.entrypoint()).isEqualTo(entrypoint.equals("-") ? null : list(entrypoint));
        assertThat(line.command()).isEqualTo(command.equals("-") ? null : list(command));
        assertThat(line.takesArgument()).isEqualTo(!argument.equals("-"));
        assertThat(line.argument()).isEqualTo(argument.equals("-") ? "" : argument);
    }

    private static List<String> list(String words) {
        return words.isEmpty() ? List.of() : Arrays.asList(words.split(","));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            run --timeout 2d busybox,                --timeout: at most 1d
            run -m 512 busybox,                      Did you mean 512m?
            run -it busybox sh,                      faas run has no -it
            run -v /x:/y busybox true,               A container has no volumes
            run --pull=always busybox true,          faas run has no --pull
            run --no-such-flag busybox,          Unknown option
            run,                                 IMAGE
            run --entrypoint= busybox,           needs a command
            run --network host busybox,          neither none nor outbound
            run -m much busybox,                 is not a size
            run -e =x busybox,                   is not NAME=VALUE
            run --env-file /nonexistent busybox, cannot read
            """)
    void aMistakeIsNotTheCommands(String line, String text) {
        var run = run(line.split(" "));

        assertThat(run.exit()).isEqualTo(125);
        assertThat(run.err()).contains(text);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void readsEnvironmentsAsDocker(@TempDir Path folder) throws IOException {
        var file = Files.writeString(
                folder.resolve("env"), "\ufeffA=1\n# no\n\n  B=two words \nQUOTED=\"x\"\nHERE\nNOT_HERE\nC=file\n");

        assertThat(Environment.read(
                        List.of(file.toString()), List.of("C=flag", "HERE", "EMPTY=", "E=a=b"), Map.of("HERE", "h")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "A",
                        "1",
                        "B",
                        "two words ",
                        "QUOTED",
                        "\"x\"",
                        "HERE",
                        "h",
                        "C",
                        "flag",
                        "EMPTY",
                        "",
                        "E",
                        "a=b"));
    }

    @Test
    void aNameWithABlankIsNoVariable() {
        assertThatThrownBy(() -> Environment.read(List.of(), List.of("A B=1"), Map.of()))
                .isInstanceOf(Failure.class);
    }
}
