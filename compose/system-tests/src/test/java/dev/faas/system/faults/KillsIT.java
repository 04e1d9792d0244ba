package dev.faas.system.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs one round of the fault matrix in every build; {@code ./faas test --faults} runs all. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KillsIT {
    @Test
    void gatewayRegistrySpawnerAndBusKilledInTurnUnderLoadLoseAndDoubleNothing() throws Exception {
        var tallies = new Matrix(1, Duration.ofMillis(350), System.nanoTime(), Path.of("target", "faults"), System.out)
                .play(List.of(Row.kills()));

        new Table(tallies).print(System.out);
        assertThat(tallies).allSatisfy(tally -> {
            assertThat(tally.problems()).isEmpty();
            assertThat(tally.accepted()).isPositive();
            assertThat(tally.ticks()).isPositive();
            assertThat(tally.hooked()).isPositive();
            assertThat(tally.delivered()).isPositive();
        });
    }
}
