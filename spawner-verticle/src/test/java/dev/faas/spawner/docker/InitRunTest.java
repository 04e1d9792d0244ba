package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.Trailer.Cause;
import dev.faas.spawner.docker.init.Trailer.End;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in real containers: what reaches them, and how their end is reported. */
@Tag("docker")
class InitRunTest extends InitFixture {

    @Test
    void givenACommand_whenItRuns_thenItsOutputAndItsEndAreExactAndTheContainerIsGone() throws Exception {
        try (var sandbox = shell("printf \"out $1\"; printf err >&2; exit 7")) {
            var ran = sandbox.run("x");
            assertThat(ran.out()).isEqualTo("out x");
            assertThat(ran.err()).isEqualTo("err");
            assertThat(ran.trailer().end()).isEqualTo(new End.Exited(7));
            assertThat(ran.trailer().cause()).isEqualTo(Cause.NONE);
            assertThat(ran.trailer().counts().processes()).isEqualTo(1);
            assertThat(ran.trailer().counts().wall()).isPositive();
            assertThat(sandbox.awaitContainerEnd()).isZero();
            assertThat(sandbox.hasNoFaults()).isTrue();
        }
    }

    @Test
    void givenArgumentsOfAnyLength_whenTheyArePassed_thenTheyArriveToTheByte() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "echo"), READ_ONLY)) {
            for (int length : new int[] {0, 1, 2, 27, 28, 29, 4095, 4096, 4097, 65_535, 65_536, 131_070, 131_071}) {
                var argument = argument(length);
                var ran = sandbox.runReusing(argument);
                assertThat(ran.trailer().end()).isEqualTo(new End.Exited(0));
                assertThat(ran.out().equals(argument)).as("%d bytes", length).isTrue();
            }
        }
    }

    /** All ASCII characters except NUL, and one of two bytes. */
    private static String argument(int bytes) {
        var text = new StringBuilder();
        for (int i = 0; text.length() < bytes - 2; i++) {
            text.append((char) (1 + i % 127));
        }
        return bytes < 2 ? "x".repeat(bytes) : text + "ü";
    }

    @Test
    void givenAnArgumentThatExecRefuses_whenItIsPassed_thenTheReasonIsReported() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "echo"), READ_ONLY)) {
            assertThat(sandbox.runReusing("x".repeat(131_072)).trailer().end()).isEqualTo(new End.NotExecuted(7, 1));
            assertThat(sandbox.runReusing("x").out()).isEqualTo("x");
        }
    }

    @Test
    void givenVariables_whenACommandRuns_thenTheyReplaceTheContainersInPlaceAndAreGoneWithTheRun() throws Exception {
        try (var sandbox = lab.boot(busybox, List.of("env", "X=1"), READ_ONLY, "--env=B=image", "--env=C=image")) {
            var before = sandbox.runReusing("Y=2").out();
            var variables = Map.of("B", "attempt", "PATH", "/nowhere", "NEW", "ü=ü\n");
            var ran = sandbox.run(InitSandbox.frame("Y=2", true, LONG, GRACE, variables));
            sandbox.awaitReady();
            assertThat(ran.out())
                    .isEqualTo(before.replace("B=image", "B=attempt")
                            .replace("PATH=/bin", "PATH=/nowhere")
                            .replace("X=1", "NEW=ü=ü\n\nX=1"));
            assertThat(sandbox.runReusing("Y=2").out()).isEqualTo(before);
        }
    }

    @Test
    void givenProgramsThatCannotBeExecuted_whenTheyRun_thenTheyDifferFromExits() throws Exception {
        assertThat(endOf("nowhere")).isEqualTo(new End.NotExecuted(2, 127));
        assertThat(endOf("/bin/lost")).isEqualTo(new End.NotExecuted(2, 127)); // its interpreter is missing
        assertThat(endOf("/bin/data")).isEqualTo(new End.NotExecuted(13, 126));
        assertThat(endOf("/bin")).isEqualTo(new End.NotExecuted(13, 126));
        assertThat(endOf("sh", "-c", "exit 127")).isEqualTo(new End.Exited(127));
    }

    private static End endOf(String... command) throws Exception {
        try (var sandbox = lab.boot(busybox, List.of(command))) {
            var ran = sandbox.run("x");
            assertThat(ran.out() + ran.err()).isEmpty();
            return ran.trailer().end();
        }
    }

    @Test
    void givenAScriptWithoutShebang_whenItRuns_thenTheShellTakesIt() throws Exception {
        try (var sandbox = lab.boot(busybox, List.of("no-shebang"))) {
            assertThat(sandbox.run("x").out()).isEqualTo("no shebang: x\n");
        }
    }

    @Test
    void givenACommandThatDiesOfSignals_whenItRuns_thenEachIsReported() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "die"), READ_ONLY)) {
            for (int number : InitImages.DEADLY) {
                assertThat(sandbox.runReusing(Integer.toString(number))
                                .trailer()
                                .end())
                        .isEqualTo(new End.Signalled(number));
            }
        }
    }

    @Test
    void givenInitOutsideOfAContainer_whenItIsStarted_thenItRefuses(@TempDir Path directory) throws Exception {
        var program = CProgram.build(directory.resolve("init"), List.of("-static"), CProgram.init());
        var process = new ProcessBuilder(program.toString(), "--", "/bin/true").start();
        assertThat(process.waitFor()).isEqualTo(64);
    }
}
