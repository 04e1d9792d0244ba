package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.Trailer.End;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory and processor time of a run, counted by the cgroup of a real container. */
@Tag("docker")
class InitCountsTest extends InitFixture {

    @Test
    void givenAMemoryBomb_whenItIsTheCommand_thenTheTrailerReportsOutOfMemory() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "touch"))) {
            var trailer = sandbox.run("1000").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.counts().oomKills()).isPositive();
            assertThat(trailer.cleanup().killed()).isFalse();
        }
    }

    @Test
    void givenAMemoryBombInAChild_whenItsParentGoesOn_thenTheEndIsTheParentsAndTheKillIsCounted() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "child-touches"))) {
            var trailer = sandbox.run("1000").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(9));
            assertThat(trailer.counts().oomKills()).isPositive();
        }
    }

    @Test
    void givenTmpFilledWithHalfOfTheMemory_whenTheCommandTakesTheRest_thenTheTrailerComes() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "attack"), "--memory=32m", "--memory-swap=32m")) {
            var trailer = sandbox.run("fill memory").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Signalled(9));
            assertThat(trailer.counts().oomKills()).isPositive();
        }
    }

    @Test
    void givenMemoryThatWasUsed_whenTheRunEnds_thenItsPeakIsReported() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "touch"))) {
            var trailer = sandbox.run("30").trailer();
            assertThat(trailer.end()).isEqualTo(new End.Exited(0));
            assertThat(trailer.counts().peak().isExact()).isTrue();
            assertThat(trailer.counts().peak().bytes().orElseThrow()).isBetween(30L << 20, 64L << 20);
            assertThat(trailer.counts().largestProcess()).isBetween(30L << 20, 64L << 20);
        }
    }

    @Test
    void givenProcessorTimeOfAnIgnoredChild_whenTheRunEnds_thenItIsCounted() throws Exception {
        try (var sandbox = lab.boot(probe, List.of("/probe", "burn"))) {
            assertThat(sandbox.run("300").trailer().counts().cpu())
                    .isBetween(Duration.ofMillis(300), Duration.ofSeconds(3));
        }
    }
}
