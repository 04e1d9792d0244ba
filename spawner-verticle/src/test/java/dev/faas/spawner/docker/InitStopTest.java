package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.InitProtocol;
import dev.faas.spawner.docker.init.Nonce;
import dev.faas.spawner.docker.init.RunFrame;
import dev.faas.spawner.docker.init.Trailer.Cause;
import dev.faas.spawner.docker.init.Trailer.End;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What stops a run early, or prevents its start, in real containers. */
@Tag("docker")
class InitStopTest extends InitFixture {

    @Test
    void givenATimeout_whenTheCommandStopsOrNot_thenItEndsWithinTheGrace() throws Exception {
        try (var sandbox = shell("exec sleep $1")) {
            var trailer = sandbox.run(frame("600", SHORT, GRACE)).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(15));
            assertThat(trailer.cause()).isEqualTo(Cause.TIMEOUT);
            assertThat(trailer.cleanup().killed()).isFalse();
            assertThat(trailer.counts().wall()).isGreaterThanOrEqualTo(SHORT);
        }
        try (var sandbox = shell("trap '' TERM; exec sleep $1")) {
            var trailer = sandbox.run(frame("600", SHORT, GRACE)).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.cause()).isEqualTo(Cause.TIMEOUT);
            assertThat(trailer.cleanup().killed()).isTrue();
            assertThat(trailer.counts().wall()).isGreaterThanOrEqualTo(SHORT.plus(GRACE));
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
    void givenAStopFrame_whenTheCommandRuns_thenItGetsItsStopSignalAndTheCauseIsReported() throws Exception {
        try (var sandbox =
                shell("trap 'printf usr1; exit 3' USR1; trap : TERM; printf started; while :; do sleep 0.02; done")) {
            var run = new RunFrame(
                    Nonce.random(), false, new RunFrame.Timing(InitSandbox.FOREVER, LONG, GRACE), 10, Map.of(), "");
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
            assertThat(trailer.cleanup().killed()).isTrue();
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
    void givenStopAndSignalFramesOfAnotherRun_whenTheyComeLate_thenTheyHaveNoEffect() throws Exception {
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
                    new RunFrame.Timing(sandbox.clock().in(Duration.ofMillis(-1)), LONG, GRACE),
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
                    new RunFrame.Timing(clock.in(Duration.ofSeconds(20)), LONG, GRACE),
                    RunFrame.SIGTERM,
                    Map.of(),
                    "");
            assertThat(sandbox.run(inTime).out()).isEqualTo("started");
        }
    }

    @Test
    void givenAnIdleSandbox_whenTheSpawnerIsGone_thenItEnds() throws Exception {
        try (var sandbox = shell("printf started")) {
            sandbox.disconnect();
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenARun_whenTheSpawnerIsGone_thenEverythingIsKilledAndTheContainerEnds() throws Exception {
        try (var sandbox = shell("trap '' TERM HUP; sleep 600 & printf started; exec sleep 600")) {
            sandbox.begin(frame("", Duration.ZERO, GRACE));
            sandbox.awaitOutput("started");
            sandbox.disconnect();
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenFramesThatAreWrong_whenTheyCome_thenTheContainerEnds() throws Exception {
        var run = InitProtocol.run(frame("x", LONG, GRACE));
        var otherVersion = run.clone();
        otherVersion[0] = 1;
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
    void givenAMalformedRunFrame_whenItComes_thenItIsRefusedWithATrailer() throws Exception {
        try (var sandbox = shell("printf started")) {
            var run = frame("x", LONG, GRACE);
            var bytes = InitProtocol.run(run);
            bytes[8 + 28] = 65; // not a signal
            sandbox.beginWith(run, bytes);
            var ran = sandbox.awaitEnd();
            assertThat(ran.trailer().end()).isEqualTo(new End.Refused());
            assertThat(ran.out()).isEmpty();
            assertThat(sandbox.awaitContainerEnd()).isEqualTo(70);
        }
    }
}
