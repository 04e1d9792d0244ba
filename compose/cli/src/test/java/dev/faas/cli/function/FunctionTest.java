package dev.faas.cli.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionTest {
    private static final String FUNCTIONS = "/v1/functions";
    private static final String HELLO = FUNCTIONS + "/hello";

    @TempDir
    private Path folder;

    @AutoClose
    private final StubServer server = new StubServer();

    private ClientRun run(String... args) {
        return ClientRun.Setup.at(server)
                .with("PATH", "/usr/bin:/bin")
                .with("FROM_HERE", "here")
                .run(args);
    }

    /** As the server shows a function. */
    private static String stored(long revision, String body) throws IOException {
        var whole = Functions.FIELDS.withDefaults(Doc.parse(body));
        if (whole.get("mode") == null) {
            whole.with("mode", "isolated");
        }
        return Doc.compact(whole.with("id", "fn_1")
                .with("owner", "usr_1")
                .with("revision", revision)
                .with("imageDigest", null)
                .with("createdAt", "2026-12-01T00:00:00.000Z")
                .with("updatedAt", "2026-12-01T00:00:00.000Z"));
    }

    private static String hello(long revision, String members) throws IOException {
        return stored(revision, "{\"name\":\"hello\",\"image\":\"a\"" + members + "}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            pause hello                   | {}                                 | Paused hello, revision 2.
            pause hello --note x --refuse | {"note":"x","submits":"refuse"}    | Paused hello, revision 2.
            resume hello                  | ``                                 | Resumed hello, revision 2.
            """)
    void givenAFunction_whenPausedOrResumed_thenThatIsAskedAndSaid(String verb, String body, String note)
            throws IOException {
        server.on("POST", HELLO + "/" + verb.split(" ")[0], 200, hello(2, ""));

        var done = run(("fn " + verb).split(" "));

        assertThat(done.exit()).isZero();
        assertThat(done.err()).isEqualTo(note + "\n");
        assertThat(writes()).extracting(StubServer.Received::body).containsExactly(body);
    }

    private List<StubServer.Received> writes() {
        return server.received().stream()
                .filter(request -> !request.method().equals("GET"))
                .toList();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --description=text              | {"description":"text"}
            --entrypoint=sh -c              | {"entrypoint":["sh","-c"]}
            --command=a 'b c' "d\\"e" f\\ g | {"command":["a","b c","d\\"e","f g"]}
            --command=''                    | {"command":[""]}
            --env=A=1=2                     | {"env":{"A":"1=2"}}
            -eA=                            | {"env":{"A":""}}
            --env=FROM_HERE                 | {"env":{"FROM_HERE":"here"}}
            --secret=db                     | {"secrets":["db"]}
            --secret=db,A=db@3              | {"secrets":["db","A=db@3"]}
            --label=dev.faas/a=b            | {"labels":{"dev.faas/a":"b"}}
            --mode=nested                   | {"mode":"nested"}
            --network=outbound              | {"network":"outbound"}
            --memory=1.5g                   | {"limits":{"memoryMb":1536}}
            -m9000k                         | {"limits":{"memoryMb":9}}
            --cpus=0.5                      | {"limits":{"cpus":0.5}}
            --pids=7                        | {"limits":{"pids":7}}
            --timeout=5m                    | {"limits":{"timeoutSeconds":300}}
            --result-size=2m                | {"limits":{"resultKb":2048}}
            --log-size=1k                   | {"limits":{"logKb":1}}
            --concurrency=3                 | {"concurrency":3}
            --max-pending=3                 | {"queue":{"maxPending":3}}
            --queue-ttl=1d                  | {"queue":{"ttlSeconds":86400}}
            --max-attempts=3                | {"retry":{"maxAttempts":3}}
            --backoff=0                     | {"retry":{"backoffSeconds":0}}
            --retry-on=exit_code,timed_out  | {"retry":{"on":["exit_code","timed_out"]}}
            --retry-on=                     | {"retry":{"on":[]}}
            --delivery=at-most-once         | {"delivery":"at-most-once"}
            --read-only                     | {"readOnlyRoot":true}
            --read-only=false               | {"readOnlyRoot":false}
            --prewarm=2                     | {"prewarm":{"min":2}}
            --argument-as=none              | {"argumentAs":"none"}
            --idle-ttl=1h                   | {"idleTtlSeconds":3600}
            --on-success=erp,log            | {"destinations":{"onSuccess":["erp","log"]}}
            --on-failure=erp                | {"destinations":{"onFailure":["erp"]}}
            --on-end=                       | {"destinations":{"onEnd":[]}}
            """)
    void sendsWhatAFlagSays(String flag, String members) throws IOException {
        server.on("POST", FUNCTIONS, 201, hello(1, ""));

        var run = run("fn", "create", flag, "hello", "--image", "a");

        assertThat(run).isEqualTo(new ClientRun(0, "", "Created hello, revision 1.\n"));
        var sent = Doc.parse(writes().getFirst().body());
        var expected = Doc.parse(members).with("name", "hello").with("image", "a");
        assertThat(sent.fields()).isEqualTo(expected.fields());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --memory=x      | --memory: 'x' is not a size
            --cpus=NaN      | --cpus: 'NaN' is not a number
            --pids=1.5      | --pids: '1.5' is not a whole number
            --timeout=1.5s  | --timeout: '1.5s' is not a number of whole seconds
            --env==1        | --env: '=1' is not NAME=VALUE
            --command="a    | --command: a quote is not closed: "a
            --env-file=/no  | --env-file: cannot read /no: no such file
            """)
    void refusesAFlagWithoutARequest(String flag, String error) {
        var run = run("fn", "create", "hello", "--image", "a", flag);

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).startsWith("faas: " + error + "\n");
        assertThat(server.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            limits.memoryMb | --memory must be it (MiB)
            env.LEVEL       | --env LEVEL: must be it
            command[3]      | --command[3] must be it
            retry.on        | --retry-on must be it
            name            | name must be it
            newer.field     | newer.field must be it
            """)
    void namesTheFlagOfAFieldThatTheServerRefuses(String field, String line) {
        server.on("POST", FUNCTIONS, 400, """
                {"code":"invalid_request","detail":"x","requestId":"r",
                 "errors":[{"field":"%s","message":"must be it"}]}""".formatted(field));

        assertThat(run("fn", "create", "hello", "--image", "a"))
                .isEqualTo(new ClientRun(
                        Exit.USAGE, "", "faas: invalid function (invalid_request)\n" + line + "\nrequest r\n"));
    }

    @Test
    void createsOnceWhenTheAnswerWasLost() throws IOException {
        server.breaksOn("POST", FUNCTIONS).on("GET", HELLO, 200, hello(1, ""));

        assertThat(run("fn", "create", "hello", "--image", "a").exit()).isZero();
        assertThat(writes()).hasSize(1);
    }

    @Test
    void createsAgainWhenTheLostRequestDidNotArrive() throws IOException {
        server.breaksOn("POST", FUNCTIONS).on("POST", FUNCTIONS, 201, hello(1, ""));

        assertThat(run("fn", "create", "hello", "--image", "a").exit()).isZero();
        assertThat(writes()).hasSize(2);
    }

    /** After 429 nothing took effect, so the function is another's. */
    @ParameterizedTest
    @CsvSource({"503, unavailable, 0", "429, too_many_requests, 6"})
    void takesTheFunctionForItsOwnOnlyAfterAnOpenOutcome(int status, String code, int exit) throws IOException {
        server.on("POST", FUNCTIONS, status, "{\"code\":\"%s\"}".formatted(code))
                .on("POST", FUNCTIONS, 409, "{\"code\":\"function_exists\"}")
                .on("GET", HELLO, 200, hello(1, ""));

        assertThat(run("fn", "create", "hello", "--image", "a").exit()).isEqualTo(exit);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | ,"concurrency":3
            2 |
            """)
    void doesNotTakeAnotherFunctionForItsOwn(long revision, String members) throws IOException {
        server.breaksOn("POST", FUNCTIONS).on("GET", HELLO, 200, hello(revision, members == null ? "" : members));

        assertThat(run("fn", "create", "hello", "--image", "a").exit()).isEqualTo(Exit.UNAVAILABLE);
    }

    @Test
    void refusesANameThatIsTaken() throws IOException {
        server.on("POST", FUNCTIONS, 409, "{\"code\":\"function_exists\"}").on("GET", HELLO, 200, hello(1, ""));

        assertThat(run("fn", "create", "hello", "--image", "a"))
                .isEqualTo(new ClientRun(
                        Exit.REFUSED,
                        "",
                        "faas: there is a function \"hello\" (function_exists)\nChange it: faas fn update hello\n"));
    }

    @Test
    void updatesWhatItReadAndKeepsTheRest() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ",\"env\":{\"A\":\"1\",\"B\":\"2\"},\"newer\":7,\"concurrency\":5"))
                .on("PUT", HELLO, 200, hello(4, ""));

        var run = run("fn", "update", "hello", "-e", "C=3", "--unset", "env.A", "--unset", "concurrency");

        assertThat(run.err()).isEqualTo("Updated hello, revision 4.\n");
        var put = writes().getFirst();
        var sent = Doc.parse(put.body());
        assertThat(put.header("If-Match")).isEqualTo("\"3\"");
        assertThat(sent.doc("env").fields()).hasToString("{B=2, C=3}");
        assertThat(sent.get("newer")).isEqualTo(7);
        assertThat(sent.get("concurrency")).isNull();
        assertThat(sent.fields()).doesNotContainKey("revision");
    }

    @Test
    void updatesAgainWhenAnotherWasFaster() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""))
                .on("GET", HELLO, 200, hello(4, ",\"labels\":{\"x\":\"y\"}"))
                .on("PUT", HELLO, 412, "{\"code\":\"precondition_failed\"}")
                .on("PUT", HELLO, 200, hello(5, ""));

        assertThat(run("fn", "update", "hello", "--cpus", "2").exit()).isZero();
        assertThat(writes().getLast().header("If-Match")).isEqualTo("\"4\"");
        assertThat(writes().getLast().body()).contains("\"labels\":{\"x\":\"y\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cpus=1", "--memory=128m", "--unset=concurrency", "--unset=env.NONE"})
    void sendsNothingWhenNothingChanges(String flag) throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""));

        assertThat(run("fn", "update", "hello", flag).err())
                .isEqualTo("hello has these values already; nothing was changed.\n");
        assertThat(writes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "name", "limits", "nonsense", "limits.memoryMb.x"})
    void unsetRefusesWhatHasNoDefault(String field) throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""));

        assertThat(run("fn", "update", "hello", "--unset", field).err())
                .startsWith("faas: --unset: no field '%s' that has a default".formatted(field));
        assertThat(writes()).isEmpty();
    }

    @Test
    void suggestsTheNameOfAFunction() throws IOException {
        server.on("GET", FUNCTIONS + "/helo", 404, "{\"code\":\"function_not_found\"}")
                .on("GET", FUNCTIONS, 200, "{\"items\":[" + hello(1, "") + "],\"next\":null}");

        assertThat(run("fn", "get", "helo")).isEqualTo(new ClientRun(Exit.NOT_FOUND, "", """
                        faas: no function "helo" (function_not_found)
                        did you mean "hello"? List them: faas fn list
                        """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fn list -o name                         | one
            fn list -o name --all                   | one run-1
            fn list -o name -l dev.faas/ad-hoc=true | one run-1
            """)
    void hidesWhatRunMade(String command, String names) throws IOException {
        server.on(
                "GET",
                FUNCTIONS,
                200,
                "{\"items\":[%s,%s],\"next\":null}"
                        .formatted(
                                stored(1, "{\"name\":\"one\",\"image\":\"a\"}"),
                                stored(
                                        1,
                                        "{\"name\":\"run-1\",\"image\":\"a\",\"labels\":{\"dev.faas/ad-hoc\":\"true\"}}")));

        assertThat(run(command.split(" ")).out().strip().split("\n")).containsExactly(names.split(" "));
    }

    @Test
    void asksTheServerForTheLabels() {
        server.on("GET", FUNCTIONS, 200, "{\"items\":[],\"next\":null}");

        run("fn", "list", "-l", "a/b=c d", "-l", "e=f");

        assertThat(server.received().getFirst().path()).startsWith(FUNCTIONS + "?label=a%2Fb%3Ac%20d&label=e%3Af&");
    }

    @Test
    void deletesInAPipeOnlyWithYes() throws IOException {
        server.on("GET", HELLO, 200, hello(1, "")).on("DELETE", HELLO, 204, "");

        assertThat(run("fn", "delete", "hello").err())
                .isEqualTo("faas: there is no terminal to ask on\nTo go on without a question: --yes\n");
        assertThat(writes()).isEmpty();
        assertThat(run("fn", "delete", "hello", "--yes")).isEqualTo(new ClientRun(0, "", "Deleted hello.\n"));
    }

    @Test
    void comparesRevisionsFieldByField() throws IOException {
        server.on("GET", HELLO, 200, hello(2, ",\"env\":{\"A\":\"two\\nlines\"},\"concurrency\":3"))
                .on("GET", HELLO + "@1", 200, hello(1, ",\"env\":{\"A\":\"1\",\"B\":\"\"}"));

        assertThat(run("fn", "diff", "hello")).isEqualTo(new ClientRun(1, """
                --- hello@1
                +++ hello@2
                -env.A: "1"
                +env.A: "two\\nlines"
                -env.B: ""
                -concurrency: 10
                +concurrency: 3
                """, ""));
        assertThat(run("fn", "diff", "hello", "@1", "@1")).isEqualTo(new ClientRun(0, "", ""));
    }

    @Test
    void editSendsWhatTheEditorSaved() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ",\"newer\":7")).on("PUT", HELLO, 200, hello(4, ""));

        assertThat(edit("sed -i s/128/256/").err()).isEqualTo("Updated hello, revision 4.\n");
        assertThat(writes().getFirst().header("If-Match")).isEqualTo("\"3\"");
        assertThat(writes().getFirst().body()).contains("\"memoryMb\":256", "\"newer\":7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "sed -i /./d", "sed -i 's/concurrency: 10/concurrency: 0xa/'"})
    void editSendsNothingWhenNothingChanged(String editor) throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""));

        assertThat(edit(editor)).isEqualTo(new ClientRun(0, "", "Nothing was changed.\n"));
        assertThat(writes()).isEmpty();
    }

    @Test
    void editOpensAgainWithTheErrorOfTheServerAndOfTheText() throws IOException {
        server.on("GET", HELLO, 200, hello(3, "")).on("PUT", HELLO, 400, """
                        {"code":"invalid_request","errors":[{"field":"concurrency","message":"must be less"}]}""").on("PUT", HELLO, 200, hello(4, ""));
        var seen = folder.resolve("seen");
        var editor = file("editor", """
                #!/bin/sh
                cat "$1" >> %s
                if grep -q 'concurrency must be less' "$1"; then sed -i 's/concurrency: 99/concurrncy: 9/' "$1"
                elif grep -q 'did you mean concurrency' "$1"; then sed -i 's/^concurrncy/concurrency/' "$1"
                else sed -i 's/concurrency: 10/concurrency: 99/' "$1"; fi
                """.formatted(seen));

        assertThat(edit("sh " + editor).err()).isEqualTo("Updated hello, revision 4.\n");
        assertThat(writes()).hasSize(2);
        assertThat(writes().getLast().body()).contains("\"concurrency\":9");
        assertThat(Files.readString(seen))
                .contains("#   concurrency must be less\n", "concurrncy is not a field of a function");
    }

    @Test
    void editKeepsTheTextWhenAnotherWasFaster() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""))
                .on("GET", HELLO, 200, hello(4, ",\"concurrency\":7"))
                .on("PUT", HELLO, 412, "{\"code\":\"precondition_failed\"}");

        var run = edit("sed -i s/128/256/");

        assertThat(run.exit()).isEqualTo(Exit.REFUSED);
        assertThat(run.out()).endsWith("-concurrency: 10\n+concurrency: 7\n");
        var kept = Path.of(run.err().replaceAll("(?s).*--from (\\S+).*", "$1"));
        assertThat(Files.readString(kept)).contains("memoryMb: 256");
        Files.delete(kept);
    }

    @Test
    void editSaysWhenTheEditorLeftNoFile() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""));

        var run = edit("mv -t " + folder);

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("the editor: cannot read").doesNotContain("is kept");
    }

    @Test
    void editKeepsATextThatItCannotRead() throws IOException {
        server.on("GET", HELLO, 200, hello(3, ""));

        var run = edit("printf '\\377' >>");

        assertThat(run.err()).contains("is not UTF-8", "Your text is kept");
        Files.delete(Path.of(run.err().replaceAll("(?s).*--from (\\S+).*", "$1")));
    }

    private ClientRun edit(String editor) {
        return ClientRun.Setup.at(server)
                .with("EDITOR", editor)
                .with("PATH", "/usr/bin:/bin")
                .run("fn", "edit", "hello");
    }

    @Test
    void beginsWithAFile() throws IOException {
        server.on("POST", FUNCTIONS, 201, hello(1, ""));
        var file = file("f.yaml", "name: other\nimage: a\nlimits: {cpus: 2, pids: 9}\n");

        assertThat(run("fn", "create", "hello", "--from", file.toString(), "--pids", "8")
                        .exit())
                .isZero();
        assertThat(writes().getFirst().body())
                .isEqualTo("{\"name\":\"hello\",\"image\":\"a\",\"limits\":{\"cpus\":2,\"pids\":8}}");
    }
}
