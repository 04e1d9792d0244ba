package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.Trailer.Cause;
import dev.faas.spawner.Trailer.End;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs, their ends and what ends them early, in real containers. */
final class InitRunTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofMillis(300);
    private static final Duration SHORT = Duration.ofMillis(300);

    /** Only then is there another run in it. */
    private static final String READ_ONLY = "--read-only";

    private static InitLab lab;
    private static String probe;
    private static String busybox;

    @BeforeAll
    static void open(@TempDir Path directory) throws Exception {
        lab = new InitLab(directory);
        probe = lab.probeImage();
        busybox = lab.image(
                InitImages.busybox()
                        .file("bin/no-shebang", 0755, "echo \"no shebang: $1\"\n".getBytes(StandardCharsets.UTF_8))
                        .file("bin/lost", 0755, "#!/bin/nowhere\n".getBytes(StandardCharsets.UTF_8))
                        .file("bin/data", 0644, new byte[] {1}),
                "ENV PATH=/bin");
    }

    @AfterAll
    static void close() throws Exception {
        lab.close();
    }

    private static InitSandbox shell(String script) throws Exception {
        return lab.boot(busybox, List.of("sh", "-c", script, "function"));
    }

    private static RunFrame frame(String argument, Duration timeout, Duration grace) {
        return InitSandbox.frame(argument, false, timeout, grace, Map.of());
    }

    @Test
    void givenACommand_whenItRuns_thenItsOutputAndItsEndAreExactAndTheContainerIsGone() throws Exception {
        try (var sandbox = shell("printf \"out $1\"; printf err >&2; exit 7")) {
            var ran = sandbox.run("x");
            assertThat(ran.out()).isEqualTo("out x");
            assertThat(ran.err()).isEqualTo("err");
            assertThat(ran.trailer().end()).isEqualTo(new End.Exited(7));
            assertThat(ran.trailer().cause()).isEqualTo(Cause.NONE);
            assertThat(ran.trailer().processes()).isEqualTo(1);
            assertThat(ran.trailer().wall()).isPositive();
            assertThat(sandbox.awaitContainerEnd()).isZero();
            assertThat(sandbox.saidNothingWrong()).isTrue();
        }
    }

    @Test
    void givenArgumentsOfAnyLength_whenTheyArePassed_thenTheyArriveToTheByte() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "echo"), READ_ONLY)) {
            for (int length : new int[] {0, 1, 2, 27, 28, 29, 4095, 4096, 4097, 65_535, 65_536, 131_070, 131_071}) {
                var argument = argument(length);
                var ran = sandbox.runAndStay(argument);
                assertThat(ran.trailer().end()).isEqualTo(new End.Exited(0));
                assertThat(ran.out().equals(argument)).as("%d bytes", length).isTrue();
            }
        }
    }

    /** All characters but NUL, and some of more than one byte. */
    private static String argument(int bytes) {
        var text = new StringBuilder();
        for (int i = 0; text.length() < bytes - 2; i++) {
            text.append((char) (1 + i % 127));
        }
        return bytes < 2 ? "x".repeat(bytes) : text + "ü";
    }

    @Test
    void givenAnArgumentThatExecRefuses_whenItIsPassed_thenTheReasonIsTold() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "echo"), READ_ONLY)) {
            assertThat(sandbox.runAndStay("x".repeat(131_072)).trailer().end()).isEqualTo(new End.NotExecuted(7, 1));
            assertThat(sandbox.runAndStay("x").out()).isEqualTo("x");
        }
    }

    @Test
    void givenVariables_whenACommandRuns_thenTheyReplaceTheContainersInPlaceAndAreGoneWithTheRun() throws Exception {
        try (var sandbox = lab.boot(busybox, List.of("env", "X=1"), READ_ONLY, "--env=B=image", "--env=C=image")) {
            var before = sandbox.runAndStay("Y=2").out();
            var variables = Map.of("B", "attempt", "PATH", "/nowhere", "NEW", "ü=ü\n");
            var ran = sandbox.run(InitSandbox.frame("Y=2", true, LONG, GRACE, variables));
            sandbox.awaitReady();
            assertThat(ran.out())
                    .isEqualTo(before.replace("B=image", "B=attempt")
                            .replace("PATH=/bin", "PATH=/nowhere")
                            .replace("X=1", "NEW=ü=ü\n\nX=1"));
            assertThat(sandbox.runAndStay("Y=2").out()).isEqualTo(before);
        }
    }

    @Test
    void givenProgramsThatCannotBeExecuted_whenTheyRun_thenToldApartFromExits() throws Exception {
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
    void givenACommandThatDiesOfSignals_whenItRuns_thenEachIsTold() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "die"), READ_ONLY)) {
            for (int number : InitImages.DEADLY) {
                assertThat(sandbox.runAndStay(Integer.toString(number))
                                .trailer()
                                .end())
                        .isEqualTo(new End.Signalled(number));
            }
        }
    }

    @Test
    void givenATimeout_whenTheCommandObeysOrNot_thenItEndsWithinTheGrace() throws Exception {
        try (var sandbox = shell("exec sleep $1")) {
            var trailer = sandbox.run(frame("600", SHORT, GRACE)).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(15));
            assertThat(trailer.cause()).isEqualTo(Cause.TIMEOUT);
            assertThat(trailer.killed()).isFalse();
            assertThat(trailer.wall()).isGreaterThanOrEqualTo(SHORT);
        }
        try (var sandbox = shell("trap '' TERM; exec sleep $1")) {
            var trailer = sandbox.run(frame("600", SHORT, GRACE)).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.cause()).isEqualTo(Cause.TIMEOUT);
            assertThat(trailer.killed()).isTrue();
            assertThat(trailer.wall()).isGreaterThanOrEqualTo(SHORT.plus(GRACE));
        }
        try (var sandbox = shell("trap 'exit 5' TERM; while :; do sleep 0.02; done")) {
            var trailer = sandbox.run(frame("", SHORT, Duration.ofSeconds(15))).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(5));
            assertThat(trailer.cause()).isEqualTo(Cause.TIMEOUT);
        }
        try (var sandbox = shell("trap 'echo asked' TERM; while :; do sleep 0.02; done")) {
            var ran = sandbox.run(frame("", SHORT, Duration.ZERO));
            assertThat(ran.out()).isEmpty();
            assertThat(ran.trailer().end()).isEqualTo(new End.Signalled(9));
            assertThat(ran.trailer().cause()).isEqualTo(Cause.TIMEOUT);
        }
    }

    @Test
    void givenAStoppedCommand_whenItsTimeIsOver_thenItIsKilledAfterTheGrace() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"))) {
            var ran = sandbox.run(frame("stop", SHORT, GRACE));
            assertThat(ran.out()).isEqualTo("stopping\n");
            assertThat(ran.trailer().end()).isEqualTo(new End.Signalled(9));
            assertThat(ran.trailer().cause()).isEqualTo(Cause.TIMEOUT);
        }
    }

    @Test
    void givenAStopFrame_whenTheCommandRuns_thenItGetsItsStopSignalAndTheCauseIsTold() throws Exception {
        try (var sandbox =
                shell("trap 'printf usr1; exit 3' USR1; trap : TERM; printf started; while :; do sleep 0.02; done")) {
            var run = new RunFrame(Nonce.random(), false, InitSandbox.FOREVER, LONG, GRACE, 10, Map.of(), "");
            sandbox.begin(run);
            sandbox.awaitOutput("started");
            sandbox.send(InitProtocol.stop(run.nonce(), Duration.ofSeconds(10)));
            var ran = sandbox.awaitEnd();
            assertThat(ran.out()).isEqualTo("startedusr1");
            assertThat(ran.trailer().end()).isEqualTo(new End.Exited(3));
            assertThat(ran.trailer().cause()).isEqualTo(Cause.STOPPED);
        }
    }

    @Test
    void givenASecondStopWithoutGrace_whenTheFirstIsIgnored_thenTheCommandIsKilledAtOnce() throws Exception {
        try (var sandbox = shell("trap '' TERM; printf started; exec sleep 600")) {
            var run = frame("", LONG, GRACE);
            sandbox.begin(run);
            sandbox.awaitOutput("started");
            sandbox.send(InitProtocol.stop(run.nonce(), Duration.ofMinutes(10)));
            sandbox.send(InitProtocol.stop(run.nonce(), Duration.ZERO));
            var trailer = sandbox.awaitEnd().trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.cause()).isEqualTo(Cause.STOPPED);
            assertThat(trailer.killed()).isTrue();
        }
    }

    @Test
    void givenASignalFrame_whenTheCommandRuns_thenItGetsTheSignal() throws Exception {
        try (var sandbox = shell("trap 'exit 4' HUP; printf started; while :; do sleep 0.02; done")) {
            var run = frame("", LONG, GRACE);
            sandbox.begin(run);
            sandbox.awaitOutput("started");
            sandbox.send(InitProtocol.signal(run.nonce(), 1));
            var trailer = sandbox.awaitEnd().trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(4));
            assertThat(trailer.cause()).isEqualTo(Cause.NONE);
        }
    }

    @Test
    void givenStopAndSignalFramesOfAnotherRun_whenTheyComeLate_thenTheyHitNothing() throws Exception {
        try (var sandbox = shell("printf started; sleep 0.5")) {
            var late = Nonce.random();
            sandbox.send(InitProtocol.stop(late, Duration.ZERO)); // before the run
            sandbox.send(InitProtocol.signal(late, 9));
            var run = frame("", LONG, GRACE);
            sandbox.begin(run);
            sandbox.send(InitProtocol.stop(late, Duration.ZERO)); // and during it
            sandbox.send(InitProtocol.signal(late, 9));
            var ran = sandbox.awaitEnd();
            assertThat(ran.out()).isEqualTo("started");
            assertThat(ran.trailer().cause()).isEqualTo(Cause.NONE);
        }
    }

    @Test
    void givenASpawnerThatStallsWithinAFrame_whenTheTimeoutComes_thenItHolds() throws Exception {
        try (var sandbox = shell("exec sleep 600")) {
            var run = frame("", SHORT, GRACE);
            sandbox.begin(run);
            sandbox.send(Arrays.copyOf(InitProtocol.stop(run.nonce(), LONG), 11));
            assertThat(sandbox.awaitEnd().trailer().cause()).isEqualTo(Cause.TIMEOUT);
        }
    }

    @Test
    void givenAStopFrameCutInTwoByTheEndOfItsRun_whenTheNextRunComes_thenItIsUnderstood() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "exit"), READ_ONLY)) {
            var first = InitSandbox.frame("1", true, LONG, GRACE, Map.of());
            var stop = InitProtocol.stop(first.nonce(), GRACE);
            sandbox.begin(first);
            sandbox.send(Arrays.copyOf(stop, 13));
            sandbox.awaitEnd();
            sandbox.awaitReady();
            sandbox.send(Arrays.copyOfRange(stop, 13, stop.length));
            assertThat(sandbox.run("2").trailer().end()).isEqualTo(new End.Exited(2));
        }
    }

    @Test
    void givenARunHandedOverTooLate_whenItComes_thenNothingIsStarted() throws Exception {
        try (var sandbox = shell("printf started")) {
            var late = new RunFrame(
                    Nonce.random(),
                    true,
                    sandbox.clock().in(Duration.ofMillis(-1)),
                    LONG,
                    GRACE,
                    RunFrame.SIGTERM,
                    Map.of(),
                    "");
            var ran = sandbox.run(late);
            assertThat(ran.trailer().end()).isEqualTo(new End.TooLate());
            assertThat(ran.out()).isEmpty();
            var clock = sandbox.awaitReady();
            var inTime = new RunFrame(
                    Nonce.random(),
                    false,
                    clock.in(Duration.ofSeconds(20)),
                    LONG,
                    GRACE,
                    RunFrame.SIGTERM,
                    Map.of(),
                    "");
            assertThat(sandbox.run(inTime).out()).isEqualTo("started");
        }
    }

    @Test
    void givenAnIdleSandbox_whenTheSpawnerIsGone_thenItEnds() throws Exception {
        try (var sandbox = shell("printf started")) {
            sandbox.cut();
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenARun_whenTheSpawnerIsGone_thenEverythingIsKilledAndTheContainerEnds() throws Exception {
        try (var sandbox = shell("trap '' TERM HUP; sleep 600 & printf started; exec sleep 600")) {
            sandbox.begin(frame("", Duration.ZERO, GRACE));
            sandbox.awaitOutput("started");
            sandbox.cut();
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenFramesThatAreWrong_whenTheyCome_thenTheContainerEnds() throws Exception {
        var run = InitProtocol.run(frame("x", LONG, GRACE));
        var otherVersion = run.clone();
        otherVersion[0] = 2;
        var otherType = run.clone();
        otherType[1] = 'X';
        var reserved = run.clone();
        reserved[2] = 1;
        var huge = run.clone();
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 1 << 20 | 1);
        for (var wrong : List.of(otherVersion, otherType, reserved, huge)) {
            try (var sandbox = lab.boot(probe, List.of("/probe", "show"))) {
                sandbox.send(wrong);
                assertThat(sandbox.awaitContainerEnd()).isEqualTo(70);
            }
        }
    }

    @Test
    void givenARunThatMakesNoSense_whenItComes_thenItIsRefusedWithATrailer() throws Exception {
        try (var sandbox = shell("printf started")) {
            var run = frame("x", LONG, GRACE);
            var bytes = InitProtocol.run(run);
            bytes[8 + 28] = 65; // there is no such stop signal
            sandbox.beginWith(run, bytes);
            var ran = sandbox.awaitEnd();
            assertThat(ran.trailer().end()).isEqualTo(new End.Refused());
            assertThat(ran.out()).isEmpty();
            assertThat(sandbox.awaitContainerEnd()).isEqualTo(70);
        }
    }

    @Test
    void givenInitOutsideOfAContainer_whenItIsStarted_thenItRefuses(@TempDir Path directory) throws Exception {
        var program = CProgram.build(directory.resolve("init"), List.of("-static"), CProgram.init());
        var process = new ProcessBuilder(program.toString(), "--", "/bin/true").start();
        assertThat(process.waitFor()).isEqualTo(64);
    }

    @Test
    void givenAMemoryBomb_whenItIsTheCommand_thenOutOfMemoryIsToldWithoutAGuess() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "touch"))) {
            var trailer = sandbox.run("1000").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.oomKills()).isPositive();
            assertThat(trailer.killed()).isFalse();
        }
    }

    @Test
    void givenAMemoryBombInAChild_whenItsParentGoesOn_thenTheEndIsTheParentsAndTheKillIsCounted() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "child-touches"))) {
            var trailer = sandbox.run("1000").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(9));
            assertThat(trailer.oomKills()).isPositive();
        }
    }

    @Test
    void givenTmpFilledWithHalfOfTheMemory_whenTheCommandTakesTheRest_thenTheTrailerComes() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"), "--memory=32m", "--memory-swap=32m")) {
            var trailer = sandbox.run("fill memory").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.oomKills()).isPositive();
        }
    }

    @Test
    void givenMemoryThatWasUsed_whenTheRunEnds_thenItsPeakIsTold() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "touch"))) {
            var trailer = sandbox.run("30").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(0));
            assertThat(trailer.peak().exact()).isTrue();
            assertThat(trailer.peak().bytes().orElseThrow()).isBetween(30L << 20, 64L << 20);
            assertThat(trailer.largestProcess()).isBetween(30L << 20, 64L << 20);
        }
    }

    @Test
    void givenProcessorTimeOfAChildThatNobodyWaitsFor_whenTheRunEnds_thenItIsCounted() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "burn"))) {
            assertThat(sandbox.run("300").trailer().cpu()).isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
        }
    }
}
