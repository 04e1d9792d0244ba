package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.BusyboxImage;
import dev.faas.system.WholeSystem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code faas run} stands where {@code docker run} stood in a script: same stdout, stderr and exit code, to the byte. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunLikeDockerIT {
    /** Neither entrypoint nor command; one with a command; one with an entrypoint; one with both; one as another user. */
    private static final Map<String, BusyboxImage> IMAGES = Map.of(
            "bare", BusyboxImage.bare(),
            "command", BusyboxImage.bare().withCommand("echo", "from", "the image"),
            "entrypoint", BusyboxImage.running("printf", "<%s>\n"),
            "both", BusyboxImage.running("printf", "[%s]\n").withCommand("default"),
            "user", BusyboxImage.bare().withUser("nobody").withWorkdir("/tmp"));

    /** A case: the image, flags that both programs know, and the words after the image. */
    record Case(String image, List<String> flags, List<String> words) {
        @Override
        public String toString() {
            return image + " " + flags + " " + words;
        }
    }

    private static Case of(String image, String... words) {
        return new Case(image, List.of(), List.of(words));
    }

    private static Case flags(String image, List<String> flags, String... words) {
        return new Case(image, flags, List.of(words));
    }

    private static Case script(String script) {
        return of("bare", "sh", "-c", script);
    }

    static Stream<Case> cases() {
        var cases = new ArrayList<Case>(List.of(
                // Words and their borders.
                of("bare", "echo", "hi"),
                of("bare", "echo"),
                of("bare", "echo", ""),
                of("bare", "echo", "-n", "no line end"),
                of("bare", "printf", "%s|", "a b", "", "c\td", "e\nf"),
                of("bare", "echo", "$HOME", "`id`", "*", "'", "\""),
                of("bare", "echo", "--not-ours", "-e", "-d", "--timeout", "1s"),
                of("bare", "echo", "grüße", "日本語", "🎈"),
                of("bare", "true"),
                of("bare", "false"),
                of("bare", "seq", "3"),
                // Entrypoints and commands.
                of("command"),
                of("command", "echo", "from the user"),
                of("entrypoint"),
                of("entrypoint", "one"),
                of("entrypoint", "one", "two three", ""),
                of("both"),
                of("both", "mine"),
                flags("both", List.of("--entrypoint", "echo")),
                flags("both", List.of("--entrypoint", "echo"), "x", "y"),
                flags("entrypoint", List.of("--entrypoint", "id"), "-u"),
                // Environment, user, directory.
                flags("bare", List.of("-e", "A=1", "-e", "B=two words"), "sh", "-c", "echo \"$A $B $FROM_IMAGE\""),
                flags("bare", List.of("-e", "FROM_IMAGE=no"), "sh", "-c", "echo $FROM_IMAGE"),
                flags("bare", List.of("-e", "EMPTY="), "sh", "-c", "echo \"<$EMPTY>\""),
                flags("bare", List.of("-m", "64m", "--cpus", "0.5"), "echo", "small"),
                of("user", "sh", "-c", "id -u; pwd"),
                script("id -u; pwd; test -t 0 || echo no terminal"),
                flags("bare", List.of("--read-only"), "sh", "-c", "touch /x 2>/dev/null || echo refused"),
                script("touch /x && echo written"),
                // Output.
                script("echo out; echo err >&2"),
                script("echo err >&2; exit 3"),
                script("printf 'no end'; printf 'no end either' >&2"),
                script("printf '\\000\\001\\377\\376 binary \\200'"),
                script("printf '\\377\\000' >&2"),
                script("printf '\\033[31mred\\033[0m\\r\\n\\a'"),
                script("seq 1 5000"),
                script("head -c 300000 /dev/zero | tr '\\0' x"),
                script("seq 1 2000 >&2"),
                script("exec >&-; echo lost; echo said >&2"),
                script("for i in 1 2 3; do echo $i; sleep 0.1; done"),
                script("cat; echo input is empty"),
                // Exit codes and signals.
                script("exit 1"),
                script("exit 42"),
                script("exit 125"),
                script("exit 255"),
                script("kill -TERM $$"),
                script("kill -KILL $$"),
                script("kill -SEGV $$"),
                // A command that is not there.
                of("bare", "no-such-program"),
                of("bare", "/etc/passwd")));
        return cases.stream();
    }

    private InstalledClient client;
    private WholeSystem.Running system;

    @BeforeAll
    void logIn(WholeSystem.Running running) throws Exception {
        system = running;
        client = InstalledClient.of(running.api());
    }

    @AfterAll
    void close() throws Exception {
        client.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTheOutputAndTheExitCodeOfDockerRun(Case row) throws Exception {
        var image = system.images().load(IMAGES.get(row.image()));

        // With --init, because Linux ignores a signal that process 1 does not handle.
        var docker = client.run(
                new byte[0], line(List.of("docker", "run", "--rm", "--init", "--network", "none"), row, image));
        var faas = client.run(new byte[0], line(List.of("faas", "run"), row, image));

        assertThat(faas.exit())
                .as("docker: %s%nfaas: %s", docker.err(), faas.err())
                .isEqualTo(docker.exit());
        assertThat(faas.bytes()).isEqualTo(docker.bytes());
        if (docker.exit() != 126 && docker.exit() != 127) {
            // Why a command does not start is said in each one's own words.
            assertThat(faas.err()).isEqualTo(docker.err());
        }
    }

    private static List<String> line(List<String> program, Case row, String image) {
        var line = new ArrayList<>(program);
        line.addAll(row.flags());
        line.add(image);
        line.addAll(row.words());
        return line;
    }

    @ParameterizedTest
    @MethodSource("bytes")
    void passesEveryByteOfAnArgument(String argument) throws Exception {
        var image = system.images().load(IMAGES.get("bare"));

        var run = client.run("run", image, "printf", "%s", argument);

        assertThat(run.bytes()).isEqualTo(argument.getBytes(StandardCharsets.UTF_8));
    }

    static Stream<String> bytes() {
        return Stream.of("", " ", "-", "--", "\n\n", "\u0001\u007f", "x".repeat(131_071));
    }
}
