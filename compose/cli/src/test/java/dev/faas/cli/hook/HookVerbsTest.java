package dev.faas.cli.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
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
import org.junit.jupiter.params.provider.ValueSource;

class HookVerbsTest extends StubFixture {
    private static final String ALL = "/v1/hooks";
    private static final String PUSH = ALL + "/push";
    private static final String URL = "\"url\":\"/hooks/hk_1/0f0f\"";

    private static String hook(String members) throws IOException {
        var hook = Hooks.FIELDS
                .withDefaults(Doc.parse("""
                        {"name":"push","function":"build","signature":{"scheme":"github"}}"""))
                .with("id", "hk_1")
                .with("deliveryId", null)
                .with("state", "active")
                .with("secretCount", 1)
                .with("oldUrlUntil", null);
        hook.fields().putAll(Doc.parse("{%s}".formatted(members)).fields());
        return Doc.compact(hook);
    }

    private List<String> sent(String method) {
        return server.received().stream()
                .filter(request -> request.method().equals(method))
                .map(StubServer.Received::body)
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --signature none                  | "signature":{"scheme":"none"}
            --signature-header X-Sig          | "signature":{"header":"X-Sig"}
            --algorithm sha512                | "signature":{"algorithm":"sha512"}
            --encoding base64                 | "signature":{"encoding":"base64"}
            --prefix v0=                      | "signature":{"prefix":"v0="}
            --signed v0:{timestamp}:{body}    | "signature":{"signed":"v0:{timestamp}:{body}"}
            --timestamp-header X-Time         | "signature":{"timestampHeader":"X-Time"}
            --delivery-id X-Id                | "deliveryId":{"header":"X-Id"}
            --body pointer --pointer /a       | "body":{"as":"pointer","pointer":"/a"}
            --default x                       | "body":{"default":"x"}
            --headers X-A,X-B                 | "headers":["X-A","X-B"]
            --match header:X-A=push           | "match":{"header:X-A":"push"}
            --max-body 64k                    | "maxBodyKb":64
            --rate 10                         | "ratePerSecond":10
            --tag a=1                         | "tags":{"a":"1"}
            --paused                          | "paused":true
            """)
    void givenAFlag_whenAHookIsCreated_thenItsFieldIsSentAndTheAddressIsPrinted(String flags, String field)
            throws IOException {
        server.on("POST", ALL, 201, hook(URL));

        assertThat(run("hook create push --function build " + flags))
                .isEqualTo(
                        new ClientRun(
                                0,
                                server.url() + "/hooks/hk_1/0f0f\n",
                                "Created push. This is its address: who knows it may send. It is shown only once: store it now.\n"));
        assertThat(sent("POST")).containsExactly("{\"name\":\"push\",\"function\":\"build\",%s}".formatted(field));
    }

    @Test
    void givenFilesOfSecrets_whenAHookIsCreated_thenTheirTextIsSent(@TempDir Path folder) throws IOException {
        var one = Files.writeString(folder.resolve("one"), "a, b\r\n");
        var other = Files.writeString(folder.resolve("other"), "c");
        server.on("POST", ALL, 201, hook(URL));

        run("hook create push --function build --signature github --secret-file %s --secret-file %s"
                .formatted(one, other));

        assertThat(sent("POST").getFirst())
                .endsWith("\"signature\":{\"scheme\":\"github\",\"secrets\":[\"a, b\",\"c\"]}}");
        var missing = run("hook create push --function build --secret-file " + folder.resolve("none"));
        assertThat(missing.exit()).isEqualTo(Exit.USAGE);
        assertThat(missing.err()).startsWith("faas: --secret-file: cannot read ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --signature github           | 2 | faas: a hook needs a function
            --function build --body x    | 2 | --body must be another
            --function build --rate 1    | 6 | faas: there is a hook "push" (name_taken)
            --function buil --rate 2     | 4 | faas: no function "buil" (function_not_found)
            """)
    void givenAMistake_whenAHookIsCreated_thenItIsNamedAsTheUserWroteIt(String flags, int exit, String text) {
        server.on("GET", "/v1/functions", 200, StubServer.page("{\"name\":\"build\"}"))
                .on("POST", ALL, exchange -> {
                    var body = server.received().getLast().body();
                    if (body.contains("\"as\"")) {
                        StubServer.answer(
                                exchange,
                                400,
                                "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"body.as\",\"message\":\"must be another\"}]}");
                    } else if (body.contains("\"ratePerSecond\":1")) {
                        StubServer.answer(exchange, 409, "{\"code\":\"name_taken\"}");
                    } else {
                        StubServer.answer(exchange, 404, "{\"code\":\"function_not_found\"}");
                    }
                });

        var run = run("hook create push " + flags);

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err().lines()).contains(text);
    }

    @Test
    void givenAnAnswerThatIsLost_whenAHookIsCreated_thenTheUserMakesAnotherAddress() throws IOException {
        server.on("GET", PUSH, 200, hook(""))
                .on("POST", ALL, 503, "{\"code\":\"outcome_unknown\",\"detail\":\"Unknown.\"}");

        assertThat(run("hook create push --function build --signature github"))
                .isEqualTo(
                        new ClientRun(
                                0,
                                "",
                                "Created push. It is active.\nThe response with its address was lost. Make another one: faas hook rotate push\n"));
    }

    @ParameterizedTest
    @CsvSource({"'', 24", "' --overlap 7d', 168", "' --overlap 0', 0"})
    void whenAHookIsRotated_thenTheNewAddressIsPrinted(String flag, int hours) throws IOException {
        server.on("POST", PUSH + "/rotate", 200, hook(URL));

        assertThat(run("hook rotate push" + flag).out()).isEqualTo(server.url() + "/hooks/hk_1/0f0f\n");
        assertThat(sent("POST")).containsExactly("{\"overlapHours\":%d}".formatted(hours));
    }

    @Test
    void whenAHookIsUpdated_thenWhatNobodyCanReadStays() throws IOException {
        server.on("GET", PUSH, 200, hook("\"ratePerSecond\":5")).on("PUT", PUSH, 200, hook(""));

        assertThat(run("hook update push --unset rate --unset delivery-id --function test")
                        .err())
                .isEqualTo("Updated push. It is active.\n");
        assertThat(sent("PUT").getFirst())
                .contains(
                        "\"function\":\"test\"", "\"scheme\":\"github\"", "\"secrets\":null", "\"ratePerSecond\":null")
                .doesNotContain("hk_1", "secretCount", "oldUrlUntil");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rate 100", "--unset rate", "--signature github", "--paused=false"})
    void givenNoChange_whenAHookIsUpdated_thenNothingIsWritten(String flags) throws IOException {
        server.on("GET", PUSH, 200, hook(""));

        assertThat(run("hook update push " + flags))
                .isEqualTo(new ClientRun(0, "", "push has these values already; nothing was changed.\n"));
    }

    @Test
    void whenAHookIsEdited_thenWhatTheEditorLeftIsSent() throws IOException {
        server.on("GET", PUSH, 200, hook("")).on("PUT", PUSH, 200, hook(""));

        var run = ClientRun.Setup.at(server)
                .with("EDITOR", "sed -i s/build/test/")
                .run("hook", "edit", "push");

        assertThat(run).isEqualTo(new ClientRun(0, "", "Updated push. It is active.\n"));
        assertThat(sent("PUT").getFirst()).contains("\"function\":\"test\"");
    }

    @Test
    void whenHooksAreListedAndShown_thenNoAddressIs() throws IOException {
        server.on("GET", ALL, 200, StubServer.page(hook("")))
                .on("GET", PUSH, 200, hook("\"oldUrlUntil\":\"2026-12-03T00:00:00.000Z\""));

        assertThat(run("hook list").out()).isEqualTo("push\tbuild\tgithub\tactive\n");
        assertThat(run("hook get push").out()).isEqualTo("""
                name:             push
                function:         build
                signature:        github
                state:            active
                id:               hk_1
                secrets:          1
                old url until:    2026-12-03T00:00:00.000Z
                """);
    }

    @ParameterizedTest
    @CsvSource({"pause, paused, Paused", "resume, active, Resumed"})
    void givenSeveralHooks_whenTheyArePausedOrResumed_thenOneThatIsMissingStopsNoOther(
            String verb, String state, String done) throws IOException {
        server.on("POST", ALL + "/x/" + verb, 404, "{\"code\":\"hook_not_found\"}")
                .on("GET", ALL, 200, StubServer.page(hook("")))
                .on("POST", PUSH + "/" + verb, 200, hook("\"state\":\"%s\"".formatted(state)));

        assertThat(run("hook %s x push".formatted(verb)))
                .isEqualTo(new ClientRun(Exit.NOT_FOUND, "", """
                faas: no hook "x" (hook_not_found)
                List them: faas hook list
                %s push. It is %s.
                """.formatted(done, state)));
    }

    @Test
    void whenHooksAreDeleted_thenOneThatIsMissingStopsNoOther() throws IOException {
        server.on("DELETE", ALL + "/x", 404, "{\"code\":\"hook_not_found\"}")
                .on("GET", ALL, 200, StubServer.page(hook("")))
                .on("DELETE", PUSH, 204, "");

        assertThat(run("hook delete x push")).isEqualTo(new ClientRun(Exit.NOT_FOUND, "", """
                faas: no hook "x" (hook_not_found)
                List them: faas hook list
                Deleted push.
                """));
    }

    @Test
    void whenRefusedRequestsAreListed_thenTheirReasonsAreShown() {
        server.on(
                "GET",
                PUSH + "/requests",
                200,
                "{\"items\":[{\"at\":\"2026-11-24T10:00:00.000Z\",\"status\":401,\"reason\":\"invalid_signature\",\"deliveryId\":null}]}");

        assertThat(run("hook requests push").out()).isEqualTo("2026-11-24T10:00:00.000Z\t401\tinvalid_signature\t\n");
    }
}
