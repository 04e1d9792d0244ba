package dev.faas.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.StubServer;
import dev.faas.cli.function.Functions;
import dev.faas.cli.hook.Hooks;
import dev.faas.cli.schedule.Schedules;
import dev.faas.cli.source.Sources;
import dev.faas.cli.yaml.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApplyTest {
    private static final String FUNCTIONS = "/v1/functions";
    private static final String SCHEDULES = "/v1/schedules";
    private static final String HOOKS = "/v1/hooks";
    private static final String SOURCES = "/v1/sources";

    @TempDir
    private Path folder;

    @AutoClose
    private final StubServer server = new StubServer();

    private Path file = Path.of("");

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("f.yaml");
    }

    private ClientRun run(String verb, String... more) {
        var args = new ArrayList<>(List.of(verb, "-f", file.toString()));
        args.addAll(List.of(more));
        return ClientRun.Setup.at(server).run(args.toArray(String[]::new));
    }

    private ClientRun apply(String text, String... more) throws IOException {
        Files.writeString(file, text);
        return run("apply", more);
    }

    private static Doc whole(String body) throws IOException {
        var whole = Functions.FIELDS.withDefaults(Doc.parse(body));
        return (whole.get("mode") == null ? whole.with("mode", "isolated") : whole)
                .with("id", "fn_1")
                .with("revision", 3)
                .with("imageDigest", null)
                .with("updatedAt", "2026-12-01T00:00:00.000Z");
    }

    private StubServer has(String name, String members) throws IOException {
        return server.on(
                "GET",
                FUNCTIONS + "/" + name,
                200,
                Doc.compact(whole("{\"name\":\"%s\",\"image\":\"a\"%s}".formatted(name, members))));
    }

    /** Answers a preview, or a write, with the defaults filled in. */
    private StubServer previews(String method, String path) {
        return server.on(method, path, exchange -> {
            var query = String.valueOf(exchange.getRequestURI().getQuery());
            var body = server.received().getLast().body();
            if (body.contains("refuse me")) {
                StubServer.answer(
                        exchange,
                        400,
                        "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"limits.cpus\",\"message\":\"must be more\"}]}");
            } else {
                StubServer.answer(exchange, query.equals("dryRun=true") ? 200 : 201, Doc.compact(whole(body)));
            }
        });
    }

    private List<String> writes() {
        return server.received().stream()
                .filter(request ->
                        !request.method().equals("GET") && !request.path().contains("dryRun"))
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    @Test
    void createsUpdatesAndLeavesAlone() throws IOException {
        has("same", ",\"concurrency\":3");
        has("other", ",\"concurrency\":3,\"labels\":{\"old\":\"1\"}");
        previews("POST", FUNCTIONS);
        previews("PUT", FUNCTIONS + "/other");

        var run = apply("""
                functions:
                - {name: new, image: a}
                - {name: same, image: a, mode: isolated, concurrency: 3}
                - {name: other, image: b, mode: isolated, concurrency: 3}
                """);

        assertThat(run)
                .isEqualTo(new ClientRun(
                        0,
                        "new\tcreated\t\nsame\tunchanged\t\nother\tupdated\timage, labels.old\n",
                        "1 created, 1 updated, 1 unchanged.\n"));
        assertThat(writes()).containsExactly("POST " + FUNCTIONS, "PUT " + FUNCTIONS + "/other");
        assertThat(server.received().getLast().header("If-Match")).isEqualTo("\"3\"");
        assertThat(server.received().getLast().body())
                .isEqualTo("{\"name\":\"other\",\"image\":\"b\",\"mode\":\"isolated\",\"concurrency\":3}");
    }

    @Test
    void changesNothingWhenTheServerRefusesOneFunction() throws IOException {
        previews("POST", FUNCTIONS);

        var run = apply("""
                functions:
                - {name: fine, image: a}
                - name: bad
                  image: refuse me
                  limits:
                    cpus: 0.001
                """);

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "faas: one mistake; nothing was changed\n%s:6:5: limits.cpus must be more\n".formatted(file));
        assertThat(writes()).isEmpty();
    }

    @Test
    void saysWhatWouldBeDone() throws IOException {
        has("old", ",\"concurrency\":3");
        previews("POST", FUNCTIONS);
        previews("PUT", FUNCTIONS + "/old");

        var run = apply("functions: [{name: new, image: a}, {name: old, image: b}]", "--dry-run");

        assertThat(run)
                .isEqualTo(new ClientRun(
                        0, "new\tcreated\t\nold\tupdated\timage, concurrency\n", "Dry run: 1 created, 1 updated.\n"));
        assertThat(writes()).isEmpty();
    }

    @Test
    void goesOnAfterAFailureAndEndsWithItsCode() throws IOException {
        previews("POST", FUNCTIONS);
        previews("POST", FUNCTIONS)
                .on("POST", FUNCTIONS, 409, "{\"code\":\"function_exists\",\"detail\":\"There is one.\"}")
                .on("POST", FUNCTIONS, 201, "{}");

        var run = apply("functions: [{name: a, image: a}, {name: b, image: a}]");

        assertThat(run)
                .isEqualTo(new ClientRun(
                        Exit.REFUSED,
                        "b\tcreated\t\n",
                        "faas: a: There is one. (function_exists)\n1 created, 1 failed.\n"));
    }

    @Test
    void stopsWhenThePlatformIsAway() throws IOException {
        previews("POST", FUNCTIONS);
        previews("POST", FUNCTIONS);
        previews("POST", FUNCTIONS).on("POST", FUNCTIONS, 500, "{\"code\":\"internal\",\"detail\":\"Broken.\"}");

        var run = apply("functions: [{name: a, image: a}, {name: b, image: a}, {name: c, image: a}]");

        assertThat(run.exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(run.err()).endsWith("1 failed, 2 not tried.\n");
    }

    @Test
    void updatesAgainWhenAnotherWasFaster() throws IOException {
        has("f", "");
        previews("PUT", FUNCTIONS + "/f").on("PUT", FUNCTIONS + "/f", 412, "{\"code\":\"precondition_failed\"}");
        previews("PUT", FUNCTIONS + "/f");

        assertThat(apply("functions: [{name: f, image: b, mode: isolated}]").out())
                .isEqualTo("f\tupdated\timage\n");
        assertThat(writes()).hasSize(2);
    }

    @Test
    void prunesOnlyWithTheLabelAndOnlyWhatNoFileHas() throws IOException {
        has("kept", ",\"labels\":{\"team\":\"web\"}")
                .on(
                        "GET",
                        FUNCTIONS,
                        200,
                        Doc.compact(Doc.empty()
                                .with("next", null)
                                .with(
                                        "items",
                                        List.of(
                                                whole("{\"name\":\"kept\",\"labels\":{\"team\":\"web\"}}")
                                                        .fields(),
                                                whole("{\"name\":\"gone\",\"labels\":{\"team\":\"web\"}}")
                                                        .fields()))))
                .on("DELETE", FUNCTIONS + "/gone", 204, "");
        var text = "functions: [{name: kept, image: a, mode: isolated, labels: {team: web}}]";

        assertThat(apply(text, "--prune", "-l", "team=web").err()).contains("To go on without a question: --yes");
        assertThat(apply(text, "--prune", "-l", "team=web", "--dry-run").out())
                .isEqualTo("kept\tunchanged\t\ngone\tdeleted\t\n");
        assertThat(writes()).isEmpty();
        assertThat(apply(text, "--prune", "-l", "team=web", "--yes").exit()).isZero();
        assertThat(writes()).containsExactly("DELETE " + FUNCTIONS + "/gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--prune", "-l=team=web"})
    void pruneAndLabelBelongTogether(String flag) throws IOException {
        assertThat(apply("functions: []", flag).exit()).isEqualTo(Exit.USAGE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            functions: [{name: a, imag: b}]              | 1:13 image is required | 1:23 imag is not a field of a function; did you mean image?
            functions: [{name: a, image: b, memory: 512m}] | 1:33 memory is not a field of a function; did you mean limits.memoryMb? |
            functions: [{name: a, image: b, retry: {max-attempts: 3}}] | 1:41 retry.max-attempts is not a field of a function; did you mean retry.maxAttempts? |
            functions: [{name: a, image: b, cpus: 1}]    | 1:33 cpus is not a field of a function; did you mean limits.cpus? |
            functions: [{name: a, image: b, limits: 1}]  | 1:33 limits must be an object |
            functions: [{name: a, image: 7}]             | 1:23 image must be a text: write "7" in quotes |
            functions: [{name: a, image: b, env: {X: 1}}] | 1:39 env.X must be a text: write "1" in quotes |
            functions: [{name: a, image: b, concurrency: 1.5}] | 1:33 concurrency must be a whole number |
            functions: [{name: a, image: b, command: x}] | 1:33 command must be a list of texts |
            functions: [{name: a, image: b, readOnlyRoot: "no"}] | 1:33 readOnlyRoot must be true or false |
            functions: [{name: a, name: b, image: c}]    | 1:23 name is here twice; first in line 1 |
            functions: {}                                | 1:1 "functions" must be a list |
            functions: [x]                               | 1:13 a function must be an object |
            sources: [{name: a, function: b}]            | 1:11 subject is required |
            connections: []                              | 1:1 "connections" is reserved; this client knows only "functions:" or "schedules:" |
            schedules: [{name: a, cron: "* * * * *"}]    | 1:13 function is required |
            schedules: [{name: a, function: b, at: 1}]   | 1:36 at must be a time, such as "2026-01-31T12:00:00Z" |
            schedules: [{name: a, function: b, image: c}] | 1:36 image is not a field of a schedule |
            schedules: [{name: a, function: b, jitter: 1}] | 1:36 jitter is not a field of a schedule; did you mean jitterSeconds? |
            schedules: [x]                               | 1:13 a schedule must be an object |
            {name: a, function: b, match: {}}            | 1:1 is one hook; put it into a list "hooks:" |
            {name: a, function: b, cron: c}              | 1:1 is one schedule; put it into a list "schedules:" |
            hooks: [{name: a, function: b, signature: {key: c}}] | 1:44 signature.key is not a field of a hook |
            cron: a                                      | 1:1 "cron" must be in an item of the list "schedules:" |
            image: a                                     | 1:1 "image" must be in an item of the list "functions:" |
            [1]                                          | 1:1 must be an object with a list "functions:" or "schedules:" |
            functions: [.nan]                            | 1:13 !!! |
            functions: [!!set {}]                        | 1:13 tag:yaml.org,2002:set is not a type that JSON has |
            functions: [{name: a, image: "b}]            | 1:34 !!! |
            functions: [*x]                              | 1:13 !!! |
            """)
    void namesFileLineAndColumn(String text, String first, String second) throws IOException {
        var run = apply(text);

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        var lines = run.err()
                .lines()
                .skip(1)
                .map(line -> line.substring(file.toString().length() + 1))
                .toList();
        assertThat(lines.getFirst()).startsWith(first.replace(" !!!", "").replaceFirst(" ", ": "));
        if (second != null) {
            assertThat(lines).contains(second.replaceFirst(" ", ": "));
        }
        assertThat(server.received()).isEmpty();
    }

    @Test
    void namesBothPlacesOfAFunctionThatIsDefinedTwice() throws IOException {
        assertThat(apply("functions:\n- {name: a, image: b}\n---\nfunctions:\n- {name: a, image: b}\n")
                        .err())
                .endsWith("%1$s:5:4: \"a\" is defined twice; first at %1$s:2:4\n".formatted(file));
    }

    @Test
    void readsAFolderInOrderAndNothingElse() throws IOException {
        file = folder;
        Files.writeString(
                folder.resolve("b.json"),
                "{\n\t\"functions\": [\n\t\t{\"name\": \"b\", \"image\": \"\\u00e9\\ud83d\\ude00\"}]}");
        Files.writeString(folder.resolve("a.yml"), "functions: [{name: a, image: b}]");
        Files.writeString(folder.resolve("c.yaml"), "\ufefffunctions: [{name: c, image: b}]");
        Files.writeString(folder.resolve("d.txt"), "nonsense");
        Files.createDirectory(folder.resolve("e.yaml"));
        previews("POST", FUNCTIONS);

        assertThat(run("apply").out()).isEqualTo("a\tcreated\t\nb\tcreated\t\nc\tcreated\t\n");
        assertThat(server.received().stream().map(StubServer.Received::body)).anyMatch(body -> body.contains("é😀"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "---\n", "# nothing\n"})
    void refusesAFileWithoutFunctions(String text) throws IOException {
        assertThat(apply(text).err())
                .endsWith(
                        ":1:1: has no \"functions:\" or \"schedules:\" or \"hooks:\" or \"sources:\" or \"destinations:\"\n");
    }

    @Test
    void refusesAFileThatIsTooLargeOrGrows() throws IOException {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i <= 10; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        assertThat(apply(bomb.toString()).err()).contains("more than 200000 values");
        assertThat(apply("a: &a [*a]").err()).contains("nested too deeply");
        assertThat(apply("[".repeat(100_000)).err()).contains("nested too deeply");
        assertThat(apply(" ".repeat(YamlFile.MAX_BYTES + 1)).err()).contains("has more than");
    }

    @Test
    void comparesFilesWithThePlatform() throws IOException {
        has("same", "");
        has("other", ",\"labels\":{\"old\":\"1\"}");
        previews("POST", FUNCTIONS);
        previews("PUT", FUNCTIONS + "/same");
        previews("PUT", FUNCTIONS + "/other");
        Files.writeString(file, "functions: [{name: same, image: a}, {name: other, image: b}, {name: new, image: c}]");

        assertThat(run("diff")).isEqualTo(new ClientRun(1, """
                --- other@3
                +++ %1$s:1:37
                -image: "a"
                +image: "b"
                -labels.old: "1"
                --- new (new)
                +++ %1$s:1:62
                +name: "new"
                +image: "c"
                +mode: "isolated"
                """.formatted(file), ""));
        assertThat(writes()).isEmpty();

        Files.writeString(file, "functions: [{name: same, image: a}]");
        assertThat(run("diff")).isEqualTo(new ClientRun(0, "", ""));
    }

    private static Doc schedule(String name, String members) throws IOException {
        return Schedules.FIELDS
                .withDefaults(Doc.parse("{\"name\":\"%s\",\"function\":\"report\"%s}".formatted(name, members)))
                .with("id", "sch_" + name)
                .with("state", "active")
                .with("updatedAt", "2026-12-01T00:00:00.000Z");
    }

    private void hasSchedule(String name, String members) throws IOException {
        var body = Doc.compact(schedule(name, members));
        server.on("GET", SCHEDULES + "/" + name, exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"7\"");
            StubServer.answer(exchange, 200, body);
        });
    }

    /** What a run changes stays when the file does not name it. */
    @Test
    void givenSchedules_whenTheyAreApplied_thenOnlyThoseThatDifferAreWrittenAfterTheFunctions() throws IOException {
        hasSchedule(
                "same",
                ",\"cron\":\"@daily\",\"startAt\":\"2026-12-01T00:00:00.000Z\",\"paused\":true,\"note\":\"why\",\"remainingActions\":3");
        hasSchedule("other", ",\"cron\":\"@daily\",\"paused\":true,\"note\":\"\",\"tags\":{\"old\":\"1\"}");
        previews("POST", FUNCTIONS);
        server.on("POST", SCHEDULES + "/preview", 200, "{\"times\":[]}")
                .on("POST", SCHEDULES, 201, "{}")
                .on("PUT", SCHEDULES + "/other", 200, "{}");
        var text = """
                schedules:
                - {name: new, function: report, at: 2027-01-01T00:00:00Z}
                - {name: same, function: report, cron: "@daily", startAt: 2026-12-01T01:00:00+01:00}
                - {name: other, function: report, cron: "@hourly"}
                functions: [{name: report, image: a}]
                """;

        assertThat(apply(text, "--dry-run").out()).isEqualTo("""
                report\tcreated\t
                schedule/new\tcreated\t
                schedule/same\tunchanged\t
                schedule/other\tupdated\tcron, tags.old
                """);
        assertThat(writes()).containsOnly("POST " + SCHEDULES + "/preview");
        server.received().clear();

        assertThat(apply(text).err()).isEqualTo("2 created, 1 updated, 1 unchanged.\n");

        assertThat(writes().stream().filter(write -> !write.endsWith("/preview")))
                .containsExactly("POST " + FUNCTIONS, "POST " + SCHEDULES, "PUT " + SCHEDULES + "/other");
        assertThat(server.received().getLast().header("If-Match")).isEqualTo("\"7\"");
        assertThat(server.received().getLast().body())
                .isEqualTo(
                        "{\"name\":\"other\",\"function\":\"report\",\"cron\":\"@hourly\",\"paused\":true,\"note\":\"\"}");
    }

    @Test
    void givenAPatternThatTheServerRefuses_whenItIsApplied_thenNothingIsChangedAndItsPlaceIsNamed() throws IOException {
        previews("POST", FUNCTIONS)
                .on(
                        "POST",
                        SCHEDULES + "/preview",
                        400,
                        "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"cron\",\"message\":\"has no fifth field\"}]}");

        var run = apply("functions: [{name: a, image: b}]\nschedules:\n- name: n\n  function: a\n  cron: '* * *'\n");

        assertThat(run)
                .isEqualTo(new ClientRun(
                        Exit.USAGE,
                        "",
                        "faas: one mistake; nothing was changed\n%s:5:3: cron has no fifth field\n".formatted(file)));
        assertThat(writes()).containsExactly("POST " + SCHEDULES + "/preview");
    }

    /** Nothing shows the secrets, so those that a file has are written each time. What the server sets is no difference. */
    @Test
    void givenHooks_whenTheyAreApplied_thenOnlyThoseThatDifferAreWritten() throws IOException {
        hasHook("same", """
                "scheme":"hmac","header":"X-Sig","algorithm":"sha256","encoding":"hex","prefix":"","signed":"{body}\"""");
        hasHook("other", "\"scheme\":\"github\"");
        hasHook("secret", "\"scheme\":\"github\"");
        server.on("POST", HOOKS, 201, "{}")
                .on("PUT", HOOKS + "/other", 200, "{}")
                .on("PUT", HOOKS + "/secret", 200, "{}");

        assertThat(apply("""
                hooks:
                - {name: new, function: report}
                - {name: same, function: report, signature: {scheme: hmac, header: X-Sig}}
                - {name: other, function: report, signature: {scheme: github}, body: {as: pointer, pointer: /a}}
                - {name: secret, function: report, signature: {scheme: github, secrets: [a]}}
                """).out()).isEqualTo("""
                hook/new\tcreated\t
                hook/same\tunchanged\t
                hook/other\tupdated\tbody.as, body.pointer
                hook/secret\tupdated\tsignature.secrets
                """);

        assertThat(server.received().stream()
                        .filter(request -> request.method().equals("PUT"))
                        .map(StubServer.Received::body))
                .containsExactly(
                        "{\"name\":\"other\",\"function\":\"report\",\"signature\":{\"scheme\":\"github\",\"secrets\":null},\"body\":{\"as\":\"pointer\",\"pointer\":\"/a\"},\"paused\":true}",
                        "{\"name\":\"secret\",\"function\":\"report\",\"signature\":{\"scheme\":\"github\",\"secrets\":[\"a\"]},\"paused\":true}");
    }

    @Test
    void givenSources_whenTheyAreApplied_thenOnlyThoseThatDifferAreWritten_andStayPaused() throws IOException {
        for (var name : List.of("same", "other")) {
            var source = Sources.FIELDS
                    .withDefaults(
                            Doc.parse("{\"name\":\"%s\",\"function\":\"report\",\"subject\":\"a.>\",\"paused\":true}"
                                    .formatted(name)))
                    .with("id", "src_" + name);
            server.on("GET", SOURCES + "/" + name, 200, Doc.compact(source));
        }
        server.on("POST", SOURCES, 201, "{}").on("PUT", SOURCES + "/other", 200, "{}");

        assertThat(apply("""
                sources:
                - {name: new, function: report, subject: a.b}
                - {name: same, function: report, subject: a.>}
                - {name: other, function: report, subject: a.>, maxInFlight: 8}
                """).out()).isEqualTo("""
                source/new\tcreated\t
                source/same\tunchanged\t
                source/other\tupdated\tmaxInFlight
                """);

        assertThat(server.received().stream()
                        .filter(request -> request.method().equals("PUT"))
                        .map(StubServer.Received::body))
                .containsExactly(
                        "{\"name\":\"other\",\"function\":\"report\",\"subject\":\"a.>\",\"maxInFlight\":8,\"paused\":true}");
    }

    private void hasHook(String name, String signature) throws IOException {
        var hook = Hooks.FIELDS
                .withDefaults(Doc.parse("{\"name\":\"%s\",\"function\":\"report\",\"signature\":{%s},\"paused\":true}"
                        .formatted(name, signature)))
                .with("id", "hk_" + name)
                .with("deliveryId", null)
                .with("secretCount", 1);
        server.on("GET", HOOKS + "/" + name, 200, Doc.compact(hook));
    }

    @Test
    void givenAScheduleThatDiffers_whenItIsCompared_thenEachFieldIsShown() throws IOException {
        hasSchedule("nightly", ",\"cron\":\"@daily\"");
        server.on("POST", SCHEDULES + "/preview", 200, "{\"times\":[]}");
        Files.writeString(file, "schedules: [{name: nightly, function: report, cron: '@weekly', zone: Europe/Berlin}]");

        assertThat(run("diff")).isEqualTo(new ClientRun(1, """
                --- schedule/nightly
                +++ %s:1:13
                -cron: "@daily"
                +cron: "@weekly"
                -zone: "UTC"
                +zone: "Europe/Berlin"
                """.formatted(file), ""));
    }

    @Test
    void whatExportWritesChangesNothing() throws IOException {
        var texts = List.of(
                "yes",
                "no",
                "on",
                "y",
                "null",
                "~",
                "",
                " leading",
                "trailing ",
                "1",
                "1.0",
                "1e3",
                "0x1f",
                "0o17",
                "0777",
                "1_000",
                "12:30:45",
                "2026-01-01",
                "2026-01-01T00:00:00Z",
                ".inf",
                ".NaN",
                "true",
                "*",
                "&a",
                "!x",
                "%",
                "@",
                "`",
                "a: b",
                "a #b",
                "- a",
                "? a",
                "[a",
                "{a",
                "\"",
                "'",
                "|",
                ">",
                "a\nb",
                "\n",
                "a\n\n",
                " a\n  b\n",
                "\t",
                "a\tb",
                "\r\n",
                "é😀\u2028",
                "\u0001\u007f\u009f",
                "\ufeffa\ufeff",
                "\uffff",
                "\\n",
                "<<",
                "=",
                "---",
                "...");
        var env = Doc.empty();
        for (int i = 0; i < texts.size(); i++) {
            env.with("V" + i, texts.get(i));
        }
        env.with("on", "on").with("N", "n");
        var function = whole("{\"name\":\"f\",\"image\":\"a\"}")
                .with("description", "1.0")
                .with("command", texts)
                .with("labels", Doc.empty().with("yes", "no").with("1.0", "0x1f"))
                .with("env", env)
                .with("idleTtlSeconds", 60)
                .with(
                        "limits",
                        Doc.parse(
                                "{\"memoryMb\":128,\"cpus\":0.5,\"pids\":128,\"timeoutSeconds\":1,\"resultKb\":1024,\"logKb\":1024}"));
        server.on("GET", FUNCTIONS + "/f", 200, Doc.compact(function));

        var exported = ClientRun.Setup.at(server).run("fn", "export", "f").out();
        var json = ClientRun.Setup.at(server)
                .run("fn", "export", "f", "-o", "json")
                .out();

        assertThat(exported)
                .contains("    cpus: 0.5\n    timeoutSeconds: 1\n")
                .doesNotContain("memoryMb", "concurrency", "revision", "secrets")
                .contains("'on': 'on'");
        var unchanged = new ClientRun(0, "f\tunchanged\t\n", "1 unchanged.\n");
        assertThat(apply(exported)).isEqualTo(unchanged);
        assertThat(apply(json)).isEqualTo(unchanged);
        assertThat(writes()).isEmpty();
    }
}
