package dev.faas.spawner.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.EngineFixture;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.testing.Heap;
import dev.faas.testing.Records;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevisionPoolsTest {
    private static PoolKey large(String function) {
        // Each has texts of its own; one character makes all of a text take two bytes each.
        List<String> command = Collections.nCopies(31, "x".repeat(4_000) + "ф").stream()
                .map(text -> text + function)
                .toList();
        var program = new SandboxSpec.Program("image", null, command, Map.of());
        return new PoolKey(
                "usr_a", Records.with(EngineFixture.spec("image"), "revision", function + "@1", "program", program));
    }

    @Test
    void givenManyLargeFunctionsThatNobodyCalls_whenExpected_thenTheirSpecificationsAreNotRetained() {
        var pools = new RevisionPools();
        long before = Heap.retainedBytes();

        for (int i = 0; i < 229; i++) {
            pools.expect("fn_" + i, large("fn_" + i), 0, 10, false);
        }

        assertThat(Heap.retainedBytes() - before).isLessThan(4L << 20);
        assertThat(pools.all()).isEmpty();
    }
}
