package dev.faas.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.faas.cli.ClientRun;
import dev.faas.cli.StubServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Types into real shells that have loaded the completion scripts, and presses tab. */
@Tag("slow")
class ShellCompletionTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @AutoClose
    private final StubServer server = new StubServer();

    @TempDir
    private Path home;

    @BeforeEach
    void putTheProgramOnThePath() throws IOException {
        var program = Files.createDirectory(home.resolve("bin")).resolve("faas");
        Files.writeString(
                program, """
                #!/bin/sh
                exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' dev.faas.cli.Main "$@"
                """.formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        server.on("GET", "/v1/functions", 200, "{\"items\":[{\"name\":\"resize\",\"image\":\"box:1\"}],\"next\":null}")
                .on("GET", "/v1/activations", 200, """
                        {"items":[{"activationId":"01m8qt9wf5fgstx6gsjkwrfrys","status":"failed","function":{"name":"resize"}}],"next":null}""");
    }

    private ProcessBuilder process(String... command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .putAll(java.util.Map.of(
                        "PATH",
                        home.resolve("bin") + ":" + System.getenv("PATH"),
                        "HOME",
                        home.toString(),
                        "XDG_CONFIG_HOME",
                        home.toString(),
                        "FAAS_URL",
                        server.url(),
                        "FAAS_TOKEN",
                        "token",
                        "TERM",
                        "dumb",
                        // The limit of 150 ms has a test of its own.
                        "FAAS_COMPLETION_MS",
                        "10000",
                        "LC_ALL",
                        "C.UTF-8"));
        return builder;
    }

    @ParameterizedTest
    @CsvSource({
        "bash, 'faas act wai', 'faas act wait '",
        "bash, 'faas act list --status=failed,exp', '--status=failed,expired'",
        "bash, 'faas act list --function res', '--function resize'",
        "bash, 'faas act get 01m', 'get 01m8qt9wf5fgstx6gsjkwrfrys'",
        "bash, 'faas act list --unt', 'list --until'",
        "zsh, 'faas act wai', 'faas act wait '",
        "zsh, 'faas act list --status=failed,exp', '--status=failed,expired'",
        "zsh, 'faas act list --function res', '--function resize'",
        "zsh, 'faas act get 01m', 'get 01m8qt9wf5fgstx6gsjkwrfrys'",
        "zsh, 'faas act list --unt', 'list --until'",
    })
    void tabCompletesTheWord(String shell, String typed, String completed) throws IOException {
        var start = shell.equals("bash") ? "bash --norc --noprofile -i" : "zsh -f -i";
        var load = shell.equals("bash")
                ? "PS1='> '; eval \"$(faas completion bash)\"; echo load''ed\n"
                : "PS1='> '; autoload -U compinit; compinit -u -D; eval \"$(faas completion zsh)\"; echo load''ed\n";
        try (var session = new Session(process("script", "-qfec", start, "/dev/null"))) {
            session.type(load);
            session.awaitText("loaded");
            session.type(typed + "\t");
            session.awaitText(completed);
        }
    }

    @Test
    void zshShowsDescriptions() throws IOException {
        try (var session = new Session(process("script", "-qfec", "zsh -f -i", "/dev/null"))) {
            session.type(
                    "PS1='> '; autoload -U compinit; compinit -u -D; eval \"$(faas completion zsh)\"; echo load''ed\n");
            session.awaitText("loaded");
            session.type("faas act \t");
            session.awaitText("-- Wait until all of these activations have ended.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'faas act wai', 'wait\tWait until all of these activations have ended.'",
        "'faas act list --status=failed,exp', '--status=failed,expired'",
        "'faas act list --status fai', failed",
        "'faas act list --function res', 'resize\tbox:1'",
        "'faas act get 01m', '01m8qt9wf5fgstx6gsjkwrfrys\tresize failed'",
        "'faas act list --unt', '--until\tOnly those submitted before then.'",
        "'faas completion fi', fish",
        "'faas help comple', 'completion\tPrint the completion script of a shell: bash, zsh or fish.'",
    })
    void fishCompletesTheWordWithItsDescription(String typed, String completed) throws Exception {
        assertThat(fish("faas completion fish | source; complete -C '%s'".formatted(typed)))
                .isEqualTo(completed + "\n");
    }

    @Test
    void platformThatIsSilentIsNotWaitedFor() {
        var silent = new CountDownLatch(1);
        try (var other = new StubServer().on("GET", "/v1/activations", exchange -> awaitQuietly(silent))) {
            var start = System.nanoTime();

            var run = ClientRun.Setup.at(other).run("__complete", "--", "act", "get", "");

            assertThat(run).isEqualTo(new ClientRun(0, "", ""));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
            silent.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void namesAreNotCompletedWhileThePlatformIsAwayAndNothingIsPrinted() throws Exception {
        server.close();

        assertThat(fish("faas completion fish | source; complete -C 'faas act get '"))
                .isEmpty();
    }

    private String fish(String script) throws IOException, InterruptedException {
        var process = process("fish", "--no-config", "-c", script).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return text;
    }

    /** A shell on a terminal. */
    private static final class Session implements AutoCloseable {
        private final Process process;
        private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

        Session(ProcessBuilder builder) throws IOException {
            process = builder.start();
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            try {
                process.getInputStream().transferTo(screen);
            } catch (IOException e) {
                screen.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
            }
        }

        void type(String text) throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).write(text);
            process.outputWriter(StandardCharsets.UTF_8).flush();
        }

        void awaitText(String text) {
            await().atMost(LIMIT)
                    .untilAsserted(() ->
                            assertThat(screen.toString(StandardCharsets.UTF_8)).contains(text));
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
