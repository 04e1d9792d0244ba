package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void givenAChildThatDiesAtOnce_whenAwaited_thenTheReasonIsFromItsLog() throws Exception {
        try (var child = shell("echo earlier; echo no such luck >&2; exit 7", Duration.ofSeconds(5))) {
            assertThatThrownBy(() -> child.awaitReady(LONG, () -> false))
                    .isInstanceOf(StartFailed.class)
                    .hasMessage("it ended with exit code 7 before it was ready: earlier | no such luck");
        }
    }

    @Test
    void givenALogOfAnEarlierRun_whenAChildDies_thenTheReasonIsFromThisRun() throws Exception {
        Files.writeString(log(), "of the earlier run\n");
        try (var child = shell("echo of this run; exit 1", Duration.ofSeconds(5))) {
            assertThatThrownBy(() -> child.awaitReady(LONG, () -> false)).hasMessageEndingWith("ready: of this run");
        }
        assertThat(log()).hasContent("of the earlier run\nof this run\n");
    }

    @Test
    void givenAChildThatIsNeverReady_whenTheLimitIsReached_thenItIsKilled() throws Exception {
        try (var child = shell("sleep 600", Duration.ofSeconds(5))) {
            assertThatThrownBy(() -> child.awaitReady(Duration.ofMillis(50), () -> false))
                    .isInstanceOf(StartFailed.class)
                    .hasMessageContaining("was not ready within 50 ms");
            assertThat(child.isAlive()).isFalse();
        }
    }

    @Test
    void givenAnInterruptedStart_whenItsChildStartsLater_thenItIsKilled() throws Exception {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> shell("sleep 600", LONG)).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        for (var thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("child-it")) {
                assertThat(thread.join(LONG)).as("its child has ended").isTrue();
            }
        }
    }

    @Test
    void givenAChildThatHandlesTerm_whenClosed_thenItEndsItself() throws Exception {
        var child = shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done", LONG);
        child.awaitReady(LONG, () -> hasPrinted(child, "up"));
        child.close();
        assertThat(child.output()).isEqualTo("up\nbye\n");
    }

    @Test
    void givenAChildThatIgnoresTerm_whenClosed_thenItIsKilledWithItsChildren() throws Exception {
        var child = shell("trap '' TERM; sleep 600 & echo $!; wait; sleep 600", Duration.ofMillis(50));
        child.awaitReady(LONG, () -> hasPrinted(child, "\n"));
        var grandchild = Long.parseLong(child.output().strip());
        child.close();
        assertThat(child.isAlive()).isFalse();
        assertThat(ProcessTable.awaitEnd(grandchild, LONG)).isTrue();
    }

    @Test
    void givenAChild_whenStarted_thenItLeadsItsOwnSessionAndSeesOnlyItsEnvironment() throws Exception {
        try (var child = shell("cut -d' ' -f6 /proc/$$/stat; env", Duration.ofSeconds(5))) {
            child.awaitSuccess(LONG);
            assertThat(child.output().lines()).first().isEqualTo(Long.toString(child.pid()));
            assertThat(child.output()).contains("GIVEN=yes").doesNotContain("HOME=");
        }
    }

    @Test
    void givenNoSuchProgram_whenStarted_thenTheMessageNamesIt() {
        assertThatThrownBy(() -> {
                    var command = ChildProcess.Command.of("it", List.of("/no/such/program"), Map.of(), log());
                    try (var child = ChildProcess.start(command)) {
                        child.awaitSuccess(LONG);
                    }
                })
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("/no/such/program");
    }

    private ChildProcess shell(String script, Duration stopLimit) throws IOException {
        return ChildProcess.start(new ChildProcess.Command(
                "it",
                List.of("/bin/sh", "-c", script),
                List.of(),
                Map.of("GIVEN", "yes", "PATH", "/usr/bin:/bin"),
                Path.of("/dev/null"),
                log(),
                "KILL",
                "TERM",
                stopLimit));
    }

    private Path log() {
        return directory.resolve("it.log");
    }

    private static boolean hasPrinted(ChildProcess child, String text) {
        try {
            return child.output().contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
