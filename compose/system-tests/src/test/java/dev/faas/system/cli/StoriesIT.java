package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.WholeSystem;
import dev.faas.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a person does with the client: typed on a terminal, and in scripts. */
@ExtendWith(WholeSystem.class)
@Timeout(240)
class StoriesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int LINES = 80;
    private static final String PRINTS_LINES =
            "i=0; while [ $i -lt %d ]; do i=$((i+1)); echo line $i; sleep 0.1; done".formatted(LINES);
    private static final Pattern INTERRUPTED = Pattern.compile(
            "still (?:running|queued)\\.\\s+Resume: (faas attach (\\S+) --after \\d+)\\s+Stop: faas activation cancel");

    private InstalledClient client;

    @BeforeEach
    void logIn(WholeSystem.Running system) throws Exception {
        client = InstalledClient.of(system.api())
                .with("URL", system.api().toString())
                .with("IMAGE", system.images().load(BusyboxImage.bare()))
                .with("PRINTS_LINES", PRINTS_LINES);
    }

    @AfterEach
    void close() throws Exception {
        client.shell("faas ps -o name | xargs -r faas act cancel");
        client.close();
    }

    @Test
    void registersAndRunsItsFirstCommand() throws Exception {
        try (var newcomer = InstalledClient.install()) {
            client.environment().forEach(newcomer.environment()::putIfAbsent);
            try (var screen = Screen.open(newcomer, 200, 100)) {
                screen.start("faas register $URL");
                screen.awaitText("Username:");
                screen.type("new-" + client.home().getFileName().toString().toLowerCase(java.util.Locale.ROOT));
                for (var prompt : List.of("Password:", "Password again:")) {
                    screen.awaitText(prompt);
                    screen.awaitHiddenInput();
                    screen.type("correct horse battery staple");
                }
                var registered = screen.awaitEnd();
                assertThat(registered.exit()).isZero();
                assertThat(registered.text()).contains("Logged in to ").doesNotContain("horse");

                assertThat(screen.run("faas run $IMAGE echo hi")).isEqualTo(new Screen.Shown(0, "hi\n"));
            }
        }
    }

    @Test
    void ctrlCLeavesTheCommandRunningAndSaysHowToGoOn() throws Exception {
        try (var screen = Screen.open(client, 200, 2 * LINES)) {
            screen.start("faas run $IMAGE sh -c \"$PRINTS_LINES\"");
            screen.awaitText("line 5\n");
            screen.press("C-c");
            var first = screen.awaitEnd();
            assertThat(first.exit()).isEqualTo(130);

            var rest = screen.run(resumeIn(first.text()));

            assertThat(rest.exit()).isZero();
            var lines = Pattern.compile("line \\d+")
                    .matcher(first.text() + rest.text())
                    .results()
                    .map(match -> match.group() + "\n")
                    .collect(Collectors.joining());
            assertThat(lines).isEqualTo(allLines());
        }
    }

    @Test
    void aCommandOutlivesItsTerminal() throws Exception {
        try (var screen = Screen.open(client, 200, 100)) {
            screen.start("faas run $IMAGE sh -c \"$PRINTS_LINES\" >part 2>said");
            awaitFile("part", "line 5\n");
        }
        awaitFile("said", "still running");

        var rest = client.shell(resumeIn(read("said"))).orThrow();

        assertThat(read("part") + rest).isEqualTo(allLines());
    }

    private static String resumeIn(String text) {
        var matcher = INTERRUPTED.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static String allLines() {
        return IntStream.rangeClosed(1, LINES).mapToObj("line %d\n"::formatted).collect(Collectors.joining());
    }

    private void awaitFile(String name, String text) {
        Await.until(
                text + " in " + name,
                LIMIT,
                () -> Files.exists(file(name)) && read(name).contains(text));
    }

    private Path file(String name) {
        return client.home().resolve(name);
    }

    private String read(String name) throws java.io.IOException {
        return Files.readString(file(name));
    }

    @Test
    void ctrlCCancelsWhenAskedTo() throws Exception {
        try (var screen = Screen.open(client, 200, 100)) {
            screen.start("faas run --on-interrupt cancel $IMAGE sh -c 'echo began; sleep 120'");
            screen.await("the output", text -> text.equals("began"));
            screen.press("C-c");
            var ended = screen.awaitEnd();
            assertThat(ended.exit()).isEqualTo(130);
            var id = Pattern.compile("(\\S+) is being cancelled\\.").matcher(ended.text());
            assertThat(id.find()).as(ended.text()).isTrue();

            var waited = screen.run("faas act wait " + id.group(1));

            assertThat(waited.exit()).isEqualTo(1);
            assertThat(waited.text()).contains("cancelled");
        }
    }

    @ParameterizedTest
    @EnumSource
    void functionsAreAsTheFileSays(TypedIn place) throws Exception {
        Files.writeString(file("ten.yaml"), functions(10));
        try (var shell = place.open(client)) {
            var difference = shell.run("faas diff -f ten.yaml");
            assertThat(difference.exit()).as(difference.text()).isEqualTo(1);
            assertThat(difference.text()).contains("f1", "f10");
            assertThat(shell.must("faas apply -f ten.yaml")).contains("10 created.");
            assertThat(shell.must("faas apply -f ten.yaml")).contains("10 unchanged.");
            assertThat(shell.must("faas diff -f ten.yaml")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasExportedIsAppliedAgain(TypedIn place) throws Exception {
        Files.writeString(file("ten.yaml"), functions(10));
        try (var shell = place.open(client)) {
            shell.must("faas apply -f ten.yaml && faas fn export >exported.yaml");
            shell.must("faas fn list -o name | xargs faas fn delete --yes");

            assertThat(shell.must("faas apply -f exported.yaml")).contains("10 created.");
            assertThat(shell.must("faas fn export | diff - exported.yaml")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeInAFileIsShownWithItsPlaceAndChangesNothing(TypedIn place) throws Exception {
        Files.writeString(file("ten.yaml"), functions(10).replaceFirst("memoryMb: 64", "memoryMb: lots"));
        try (var shell = place.open(client)) {
            var refused = shell.run("faas apply -f ten.yaml");

            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.text()).contains("ten.yaml:6:", "limits.memoryMb must be a whole number");
            assertThat(shell.must("faas fn list -o name")).isEmpty();
        }
    }

    private static String functions(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj("""
                          - name: f%d
                            image: any:1
                            labels: {team: ten}
                            limits:
                              memoryMb: 64
                        """::formatted)
                .collect(Collectors.joining("", "functions:\n", ""));
    }

    @Test
    void pruneAsksOnATerminal() throws Exception {
        Files.writeString(file("three.yaml"), functions(3));
        Files.writeString(file("two.yaml"), functions(2));
        var prune = "faas apply -f two.yaml --prune -l team=ten";
        try (var screen = Screen.open(client, 200, 100)) {
            screen.run("faas apply -f three.yaml");
            screen.start(prune);
            screen.awaitText("Delete f3? [y/N]");
            screen.type("");
            assertThat(screen.awaitEnd().exit()).isEqualTo(130);
            assertThat(screen.run("faas fn list -o name").text()).contains("f3");

            screen.start(prune);
            screen.awaitText("Delete f3? [y/N]");
            screen.type("y");

            assertThat(screen.awaitEnd().text()).contains("2 unchanged, 1 deleted.");
            assertThat(screen.run("faas fn list -o name").text()).isEqualTo("f1\nf2\n");
        }
    }

    @Test
    void pruneNeedsAYesInAPipe() throws Exception {
        Files.writeString(file("three.yaml"), functions(3));
        Files.writeString(file("two.yaml"), functions(2));
        client.run("apply", "-f", "three.yaml").orThrow();

        var refused = client.run("apply", "-f", "two.yaml", "--prune", "-l", "team=ten");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("--yes");
        assertThat(client.run("fn", "list", "-o", "name").orThrow()).contains("f3");

        client.run("apply", "-f", "two.yaml", "--prune", "-l", "team=ten", "--yes")
                .orThrow();
        assertThat(client.run("fn", "list", "-o", "name").orThrow()).isEqualTo("f1\nf2\n");
    }

    @ParameterizedTest
    @EnumSource
    void aFailedRunIsFoundExplainedAndRepeated(TypedIn place) throws Exception {
        try (var shell = place.open(client)) {
            var run = shell.run("faas run $IMAGE sh -c 'echo broken >&2; exit 3'");
            assertThat(run).isEqualTo(new Screen.Shown(3, "broken\n"));

            var id = shell.must("faas act list --status failed --since 1h -o name");
            assertThat(id).doesNotContain("\n");
            assertThat(shell.must("faas act list --status failed --since 1h")).contains(id, "failed", "exit_code");
            assertThat(shell.must("faas logs " + id)).isEqualTo("broken");
            assertThat(shell.must("faas act explain " + id))
                    .contains(id + " failed: exit code 3", "faas act replay " + id);
            var second = shell.must("faas act replay " + id);
            var waited = shell.run("faas act wait " + second);
            assertThat(waited.exit()).isEqualTo(1);
            assertThat(waited.text()).contains(second + " failed: ");
        }
    }

    @Test
    void theProgressLineSaysWhyACallWaits() throws Exception {
        occupy();
        try (var screen = Screen.open(client, 200, 100)) {
            screen.start("faas invoke slow 0");
            screen.await("the reason", text -> text.matches("(?s).*queued \\d+ s, 0 ahead, slow runs 1 of 1.*"));
        }
    }

    @Test
    void explainSaysWhyACallWaits() throws Exception {
        occupy();

        assertThat(client.shell("faas act explain $(faas invoke slow 0 --async)")
                        .orThrow())
                .contains("is queued.", "slow runs 1 of 1", "faas fn update slow --concurrency N");
    }

    /** The function "slow" runs one call at a time, and has one for two minutes. */
    private void occupy() throws Exception {
        client.shell("faas fn create slow --image $IMAGE --entrypoint sleep --concurrency 1")
                .orThrow();
        client.run("invoke", "slow", "120", "--async").orThrow();
        Await.until(
                "it runs",
                LIMIT,
                () -> client.run("act", "list", "--status", "running", "-o", "name")
                        .orThrow()
                        .lines()
                        .findAny()
                        .isPresent());
    }

    @ParameterizedTest
    @EnumSource
    void aFunctionIsCreatedChangedAndRolledBack(TypedIn place) throws Exception {
        client.with("EDITOR", "sed -i s/96/128/");
        try (var shell = place.open(client)) {
            shell.must("faas fn create f --image $IMAGE --entrypoint echo --memory 64m");
            assertThat(shell.must("faas invoke f hello")).isEqualTo("hello");
            shell.must("faas fn update f --memory 96m");
            assertThat(shell.must("faas fn get f --json limits")).contains("\"memoryMb\" : 96");
            shell.must("faas fn edit f");
            assertThat(shell.must("faas fn get f --json limits")).contains("\"memoryMb\" : 128");

            shell.must("faas fn rollback f @1");

            assertThat(shell.must("faas fn get f --json limits")).contains("\"memoryMb\" : 64");
            assertThat(shell.must("faas fn revisions f -o name")).isEqualTo("f@4\nf@3\nf@2\nf@1");
            assertThat(shell.run("faas fn diff f @2 @3").exit()).isEqualTo(1);
            assertThat(shell.must("faas fn diff f @1 @4")).isEmpty();
        }
    }

    @Test
    void deleteAsksOnATerminal() throws Exception {
        client.run("fn", "create", "f", "--image", "any:1").orThrow();
        try (var screen = Screen.open(client, 200, 100)) {
            screen.start("faas fn delete f");
            screen.awaitText("[y/N]");
            screen.type("yes");
            assertThat(screen.awaitEnd().text()).contains("Deleted f.");
            assertThat(screen.run("faas fn get f").exit()).isEqualTo(4);
        }
    }

    @Test
    void deleteNeedsAYesInAPipe() throws Exception {
        client.run("fn", "create", "f", "--image", "any:1").orThrow();
        assertThat(client.run("fn", "delete", "f").exit()).isEqualTo(2);
        client.run("fn", "get", "f").orThrow();

        client.run("fn", "delete", "f", "--yes").orThrow();

        assertThat(client.run("fn", "get", "f").exit()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void exitCodesTellHowAnActivationIsDoing(TypedIn place) throws Exception {
        try (var shell = place.open(client)) {
            var running = shell.must("faas run -d $IMAGE sleep 120");
            assertThat(shell.run("faas act wait --timeout 1ms " + running).exit())
                    .isEqualTo(124);
            assertThat(shell.run("faas act result " + running).exit()).isEqualTo(6);
            assertThat(shell.run("faas act cancel " + running).exit()).isZero();
            assertThat(shell.run("faas act wait " + running).exit()).isEqualTo(1);
            assertThat(shell.run("faas act cancel " + running).exit()).isEqualTo(6);

            var done = shell.must("faas run -d $IMAGE echo done");
            assertThat(shell.run("faas act wait " + done).exit()).isZero();
            assertThat(shell.must("faas act result " + done)).isEqualTo("done");
        }
    }

    @Test
    void topAndPsShowWhatRuns() throws Exception {
        occupy();
        try (var screen = Screen.open(client, 200, 100)) {
            assertThat(screen.run("faas ps").text()).containsPattern("ACTIVATION ID +FUNCTION.*\n\\S+ +slow ");
            screen.start("faas top");
            screen.await("the function", text -> text.matches("(?s).*FUNCTION.*\nslow +0 +1/1 .*"));
            screen.press("C-c");
            assertThat(screen.awaitEnd().exit()).isEqualTo(130);
        }
        assertThat(client.run("ps").orThrow()).matches("\\S+\tslow\t.*\n");
        assertThat(client.run("top").orThrow()).startsWith("slow\t0\t1/1\t");
    }
}
