package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.InitProtocol;
import dev.faas.spawner.docker.init.RunFrame;
import dev.faas.spawner.docker.init.Trailer.Cause;
import dev.faas.spawner.docker.init.Trailer.End;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that attack the init of their own sandbox, as root and as another user, by {@code attack.c}. */
@Tag("docker")
class InitAttackTest extends InitFixture {

    private static InitSandbox bootAttacker(String user) throws Exception {
        return lab.boot(probe, List.of("/probe", "attack"), "--read-only", "--user=" + user);
    }

    private static final String UNFILTERED = "--security-opt=seccomp=unconfined";

    /** Without Docker's filter of system calls, so that only init's own protection counts. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenAFunctionOfTheSameUser_whenItTriesToReadOrTraceInit_thenAllOfItIsRefused(String user) throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"), "--read-only", "--user=" + user, UNFILTERED)) {
            var spied = sandbox.runReusing("spy");
            assertThat(spied.trailer().end()).isEqualTo(new End.Exited(0));
            assertThat(spied.out().lines()).hasSizeGreaterThan(30).allMatch(line -> line.endsWith(" refused"));
            var control = sandbox.run("spy on child");
            assertThat(control.out().lines()).hasSize(2).allMatch(line -> line.endsWith(" DONE"));
        }
    }

    /** The mode of init's file is one protection, not being dumpable another. Here only the second is left. */
    @Test
    void givenAnInitWhoseFileCanBeRead_whenAFunctionTriesToReadOrTraceIt_thenOnlyTheFileIsRead() throws Exception {
        try (var sandbox =
                lab.boot(probe, List.of("/probe", "attack"), "--entrypoint=/.faas/readable", "--user=0", UNFILTERED)) {
            var spied = sandbox.run("spy");
            assertThat(spied.out().lines()).hasSizeGreaterThan(30).allMatch(line -> line.endsWith(" refused"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenSharedDescriptorsThatAreChangedAndFull_whenTheRunEnds_thenTheTrailerComesAndTheNextRunFindsThemAsBefore(
            String user) throws Exception {
        try (var sandbox = bootAttacker(user)) {
            var before = sandbox.runReusing("show descriptors").out();
            var ran = sandbox.runReusing("descriptors");
            assertThat(ran.trailer().end()).isEqualTo(new End.Exited(0));
            assertThat(ran.trailer().cleanup().reusable()).isTrue();
            assertThat(ran.out()).hasSizeGreaterThanOrEqualTo(4096);
            assertThat(sandbox.runReusing("show descriptors").out())
                    .isEqualTo(before)
                    .contains("fd 1 pipe:");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nice", "batch", "io priority"})
    void givenInitsScheduling_whenChangedIrreversibly_thenTheSandboxIsNotUsedAgain(String attack) throws Exception {
        try (var sandbox = bootAttacker("1234")) {
            var trailer = sandbox.run(reusingFrame(attack)).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(0));
            assertThat(trailer.cleanup().reusable()).isFalse();
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenInitsScoreForTheOutOfMemoryKiller_whenRootRaisesIt_thenTheSandboxIsNotUsedAgain() throws Exception {
        try (var sandbox = bootAttacker("0")) {
            var trailer = sandbox.run(reusingFrame("oom score")).trailer();
            // Either the write is refused, or init detects it.
            assertThat(trailer.end().equals(new End.Exited(0)))
                    .isEqualTo(!trailer.cleanup().reusable());
        }
    }

    @Test
    void givenInitsProcessors_whenChanged_thenTheyAreRestored() throws Exception {
        try (var sandbox = bootAttacker("1234")) {
            for (int i = 0; i < 2; i++) {
                var trailer = sandbox.runReusing("affinity").trailer();
                assertThat(trailer.end()).isEqualTo(new End.Exited(0));
                assertThat(trailer.cleanup().reusable()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, limits",
        "0, limits by a wide id",
        "0, limits by a 32-bit call",
        "0, limits by an x32 call",
        "0, calls",
        "0, files",
        "0, signals",
        "0, other signals",
        "0, signals by descriptors",
        "1234, limits",
        "1234, limits by a wide id",
        "1234, limits by a 32-bit call",
        "1234, limits by an x32 call",
        "1234, calls",
        "1234, files",
        "1234, signals",
        "1234, other signals",
        "1234, signals by descriptors",
    })
    void givenAWayToEndInit_whenAFunctionTriesIt_thenItsEndIsReportedAndTheSandboxRunsAgain(String user, String attack)
            throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"), "--read-only", "--user=" + user, UNFILTERED)) {
            var limits = sandbox.runReusing("show limits").out();
            for (int i = 0; i < 2; i++) {
                var ran = sandbox.runReusing(attack);
                assertThat(ran.trailer().end()).isEqualTo(new End.Exited(0));
                assertThat(ran.out()).doesNotContain(" DONE");
            }
            assertThat(sandbox.runReusing("show limits").out())
                    .isEqualTo(limits)
                    .contains("Max cpu time");
        }
    }

    @Test
    void givenAKernelWithoutFilters_whenAFunctionRuns_thenTheTrailerSaysSoAndTheSandboxIsNotUsedAgain(
            @TempDir Path directory) throws Exception {
        var profile = Files.writeString(directory.resolve("seccomp.json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["prctl"], "action": "SCMP_ACT_ERRNO",
                  "errnoRet": 22, "args": [{"index": 0, "value": 22, "op": "SCMP_CMP_EQ"}]}]}""");
        try (var sandbox =
                lab.boot(probe, List.of("/probe", "attack"), "--read-only", "--security-opt=seccomp=" + profile)) {
            var cleanup = sandbox.run(reusingFrame("zombies")).trailer().cleanup();
            assertThat(cleanup.filtered()).isFalse();
            assertThat(cleanup.reusable()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenAForkBomb_whenItsCommandEnds_thenNoProcessIsLeft(String user) throws Exception {
        try (var sandbox = bootAttacker(user)) {
            for (int i = 0; i < 3; i++) {
                var ran = sandbox.runReusing("fork bomb");
                assertThat(ran.trailer().end()).isEqualTo(new End.Exited(0));
                assertThat(ran.trailer().cleanup().strays()).isTrue();
                assertThat(ran.trailer().counts().processes()).isGreaterThan(50);
                assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
            }
        }
    }

    @Test
    void givenADaemonThatHoldsThePipes_whenItsCommandEnds_thenItIsKilledBeforeTheTrailerAndWritesNoMore()
            throws Exception {
        try (var sandbox = bootAttacker("0")) {
            for (int i = 0; i < 5; i++) {
                assertThat(sandbox.runReusing("daemon").trailer().cleanup().strays())
                        .isTrue();
                var next = sandbox.runReusing("look for traces");
                assertThat(next.out() + next.err()).isEmpty();
            }
            assertThat(sandbox.hasNoFaults()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zombies", "orphans"})
    void givenZombiesAndOrphans_whenTheCommandEnds_thenInitReapsThem(String attack) throws Exception {
        try (var sandbox = bootAttacker("0")) {
            var trailer = sandbox.runReusing(attack).trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(0));
            assertThat(trailer.counts().processes()).isGreaterThan(20);
            assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
        }
    }

    @Test
    void givenACommandThatClosesItsOutput_whenItEnds_thenTheEndIsStillReported() throws Exception {
        try (var sandbox = bootAttacker("0")) {
            assertThat(sandbox.run("close output").trailer().end()).isEqualTo(new End.Exited(3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenTracesOfEveryKind_whenTheNextRunLooks_thenThereAreNone(String user) throws Exception {
        try (var sandbox = bootAttacker(user)) {
            assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
            var traces = sandbox.runReusing("leave traces");
            assertThat(traces.trailer().end()).isEqualTo(new End.Exited(0));
            assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
        }
    }

    @Test
    void givenDev_whenRootLeavesSomethingThere_thenTheSandboxIsNotUsedAgain() throws Exception {
        try (var sandbox = bootAttacker("0")) {
            assertThat(sandbox.run(reusingFrame("dev")).trailer().end()).isEqualTo(new End.Exited(0));
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenARootThatCanBeWritten_whenReuseIsAskedFor_thenTheSandboxIsNotUsedAgain() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"))) {
            assertThat(sandbox.run(reusingFrame("look for traces")).trailer().end())
                    .isEqualTo(new End.Exited(0));
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
    }

    @Test
    void givenAVolumeOfTheImage_whenReuseIsAskedFor_thenOnlyOneInMemoryIsWipedAndUsedAgain() throws Exception {
        var image = lab.image(lab.scratch(), "VOLUME /data");
        try (var sandbox = lab.boot(image, List.of("/probe", "attack"), "--read-only")) {
            sandbox.run(reusingFrame("look for traces"));
            assertThat(sandbox.awaitContainerEnd()).isZero();
        }
        try (var sandbox = lab.boot(image, List.of("/probe", "attack"), "--read-only", "--tmpfs=/data")) {
            assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
        }
    }

    @Test
    void givenManyRunsInOneSandbox_whenTheyLookAround_thenEachSeesWhatTheFirstSaw() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "show"), "--read-only")) {
            var seen = new ArrayList<String>();
            for (int i = 0; i < 20; i++) {
                seen.add(sandbox.runReusing("x").out());
            }
            assertThat(seen).allMatch(seen.getFirst()::equals);
        }
    }

    @Test
    void givenARunThatIsStopped_whenTheNextOneComes_thenItIsNotHitByTheLateStop() throws Exception {
        try (var sandbox = bootAttacker("0")) {
            var first = reusingFrame("stop");
            sandbox.begin(first);
            sandbox.awaitOutput("stopping");
            sandbox.send(InitProtocol.stop(first.nonce(), Duration.ZERO));
            assertThat(sandbox.awaitEnd().trailer().cause()).isEqualTo(Cause.STOPPED);
            sandbox.awaitReady();
            var second = reusingFrame("look for traces");
            sandbox.send(InitProtocol.stop(first.nonce(), Duration.ZERO));
            sandbox.begin(second);
            sandbox.send(InitProtocol.stop(first.nonce(), Duration.ZERO));
            assertThat(sandbox.awaitEnd().trailer().cause()).isEqualTo(Cause.NONE);
        }
    }

    private static RunFrame reusingFrame(String argument) {
        return InitSandbox.frame(argument, true, Duration.ofSeconds(20), Duration.ofSeconds(1), Map.of());
    }
}
