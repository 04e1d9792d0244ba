package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same where each run has a root and namespaces of its own. */
@Tag("docker")
final class NestedInitComparisonTest extends InitComparisonTest {
    @Override
    boolean nestsRuns() {
        return true;
    }

    @Override
    void assertUnknownUserRefused(String image) {
        assertThatThrownBy(() -> lab.boot(image, List.of("/bin/probe")).close())
                .hasStackTraceContaining("the user of the image was not found: No such file or directory");
    }

    /** The platform adds neither capabilities nor groups. */
    @Test
    @Override
    void givenOtherLimitsAndOptions_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(
                lab.image(lab.scratch(), "ENTRYPOINT [\"/probe\", \"show\"]"),
                "--ulimit=nofile=100:200",
                "--ulimit=stack=1000000",
                "--oom-score-adj=77",
                "--read-only");
    }

    /** The platform mounts a tmpfs at each VOLUME. */
    @Test
    @Override
    void givenVolumeHealthcheckStopsignalAndVariables_whenItRunsBothWays_thenItSeesTheSame() throws Exception {
        assertSame(
                lab.image(
                        withShell(),
                        "VOLUME /data",
                        "WORKDIR /data/below",
                        "STOPSIGNAL SIGUSR1",
                        "ENV A=1 HOME=/data",
                        "ENTRYPOINT [\"/bin/probe\", \"show\"]"),
                "--tmpfs=/data:rw,exec,nosuid,nodev,mode=1777,size=1m");
    }
}
