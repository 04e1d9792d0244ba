package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.Trailer.End;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same where each run has a root and namespaces of its own: what is left behind is gone with them. */
@Tag("docker")
final class NestedInitAttackTest extends InitAttackTest {
    @BeforeAll
    static void nestRuns() {
        lab.nestRuns();
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
}
