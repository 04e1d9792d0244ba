package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.spawner.docker.init.Trailer.End;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same where each run has a root and namespaces of its own: what is left behind is gone with them. */
@Tag("docker")
final class NestedInitAttackTest extends InitAttackTest {
    @Override
    boolean nestsRuns() {
        return true;
    }

    @Test
    @Override
    void givenDev_whenRootLeavesSomethingThere_thenTheSandboxIsNotUsedAgain() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"), "--user=0")) {
            for (int i = 0; i < 2; i++) {
                assertThat(sandbox.runReusing("dev").trailer().end()).isEqualTo(new End.Exited(0));
            }
        }
    }

    @Test
    @Override
    void givenARootThatCanBeWritten_whenReuseIsAskedFor_thenTheSandboxIsNotUsedAgain() throws Exception {
        try (var sandbox = lab.boot(busybox, List.of("sh", "-c", "echo x > /left; echo /[a-z]*; exit $1", "sh"))) {
            var first = sandbox.runReusing("3");
            assertThat(first.trailer().end()).isEqualTo(new End.Exited(3));
            assertThat(first.out()).contains("/left");
            assertThat(sandbox.runReusing("3").out()).isEqualTo(first.out());
        }
    }

    /** Nothing of the container's first process is within reach, and process 1 of the run ends with it. */
    @ParameterizedTest
    @ValueSource(strings = {"nice", "batch", "io priority"})
    @Override
    void givenInitsScheduling_whenChangedIrreversibly_thenTheSandboxIsNotUsedAgain(String attack) throws Exception {
        for (var user : List.of("0", "1234")) {
            assertNoEffect(user, attack);
        }
    }

    @Test
    @Override
    void givenInitsScoreForTheOutOfMemoryKiller_whenRootRaisesIt_thenTheSandboxIsNotUsedAgain() throws Exception {
        assertNoEffect("0", "oom score");
    }

    @Test
    @Override
    void givenInitsProcessors_whenChanged_thenTheyAreRestored() throws Exception {
        assertNoEffect("0", "affinity");
    }

    private static void assertNoEffect(String user, String attack) throws Exception {
        var image = lab.image(InitComparisonTest.withShell(), "ENV PATH=/bin");
        var look = """
                read line < /proc/1/stat; set -- $line; echo nice ${19} priority ${18} policy ${41}
                while read key value; do [ $key = Cpus_allowed: ] && echo $value; done < /proc/1/status
                cat /proc/1/oom_score_adj""";
        try (var sandbox = lab.boot(image, List.of("sh", "-c", "eval \"$1\"", "function"), "--user=" + user)) {
            var before = sandbox.runReusing(look).out();
            assertThat(before).startsWith("nice 0 priority 20 policy 0");
            sandbox.runReusing("probe attack '" + attack + "'");
            assertThat(sandbox.runReusing(look).out()).isEqualTo(before);
        }
    }

    /** The folder of init's program is an empty one in a nested run. */
    @Test
    @Override
    void givenAnInitWhoseFileCanBeRead_whenAFunctionTriesToReadOrTraceIt_thenOnlyTheFileIsRead() throws Exception {
        try (var sandbox = lab.boot(
                probe,
                List.of("/probe", "attack"),
                "--entrypoint=/.faas/readable",
                "--user=0",
                "--security-opt=seccomp=unconfined")) {
            assertThat(sandbox.run("spy").out().lines().filter(line -> !line.endsWith(" refused")))
                    .containsExactly("/.faas/new DONE");
        }
    }

    @Test
    @Override
    void givenAKernelWithoutFilters_whenAFunctionRuns_thenTheTrailerSaysSoAndTheSandboxIsNotUsedAgain(
            @TempDir Path directory) throws Exception {
        assertRefused(
                directory,
                "prctl",
                ", \"args\": [{\"index\": 0, \"value\": 22, \"op\": \"SCMP_CMP_EQ\"}]",
                "the filter of system calls: Operation not permitted");
    }

    @Test
    void givenAHostThatRefusesMounts_whenASandboxBoots_thenItSaysWhatFailed(@TempDir Path directory) throws Exception {
        assertRefused(directory, "mount", "", "the mounts below the root: Operation not permitted");
        assertRefused(directory, "chroot", "", "the change of the root: Operation not permitted");
        assertRefused(directory, "clone", "", "new namespaces: Operation not permitted");
    }

    private static void assertRefused(Path directory, String call, String arguments, String reason) throws Exception {
        var profile = Files.writeString(directory.resolve(call + ".json"), """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["%s"], "action": "SCMP_ACT_ERRNO",
                  "errnoRet": 1%s}]}""".formatted(call, arguments));
        assertThatThrownBy(() -> lab.boot(probe, List.of("/probe"), "--security-opt=seccomp=" + profile)
                        .close())
                .hasMessageContaining(reason);
    }

    @Test
    @Override
    void givenAVolumeOfTheImage_whenReuseIsAskedFor_thenOnlyOneInMemoryIsWipedAndUsedAgain() throws Exception {
        var image = lab.image(lab.scratch(), "VOLUME /data");
        assertThatThrownBy(() -> lab.boot(image, List.of("/probe")).close())
                .hasMessageContaining("the mounts below the root: Operation not supported");
        try (var sandbox = lab.boot(image, List.of("/probe", "attack"), "--tmpfs=/data")) {
            assertThat(sandbox.runReusing("look for traces").out()).isEmpty();
        }
    }
}
