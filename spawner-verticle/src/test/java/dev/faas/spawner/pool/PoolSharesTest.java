package dev.faas.spawner.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.engine.EngineFixture;
import dev.faas.testing.Records;
import dev.faas.wire.Capacity;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PoolSharesTest {
    private static final Capacity PLENTY = new Capacity(1 << 20, 1 << 20);

    private final PoolKey adas = key("ada", "fn_a@1");
    private final PoolKey adasOther = key("ada", "fn_b@1");
    private final PoolKey bobs = key("bob", "fn_c@1");

    private static PoolKey key(String owner, String revision) {
        return new PoolKey(owner, Records.with(EngineFixture.spec("image"), "revision", revision));
    }

    private static Map<PoolKey, Integer> targets(Object... pairs) {
        var targets = new LinkedHashMap<PoolKey, Integer>();
        for (int i = 0; i < pairs.length; i += 2) {
            targets.put((PoolKey) pairs[i], (Integer) pairs[i + 1]);
        }
        return targets;
    }

    @Test
    void givenEnoughForAll_whenDivided_thenEachGetsItsTarget() {
        assertThat(PoolShares.of(targets(adas, 3, bobs, 2), 10, PLENTY)).isEqualTo(Map.of(adas, 3, bobs, 2));
    }

    @Test
    void givenAnOwnerWithManyFunctions_whenScarce_thenAnotherOwnerGetsAsMuch() {
        assertThat(PoolShares.of(targets(adas, 50, adasOther, 50, bobs, 50), 8, PLENTY))
                .isEqualTo(Map.of(adas, 2, adasOther, 2, bobs, 4));
    }

    @Test
    void givenAnOwnerWithASmallTarget_whenScarce_thenTheOtherGetsTheRest() {
        assertThat(PoolShares.of(targets(adas, 50, bobs, 1), 8, PLENTY)).isEqualTo(Map.of(adas, 7, bobs, 1));
    }

    @Test
    void givenNoBudgetOrNoTargets_whenDivided_thenThereAreNoShares() {
        assertThat(PoolShares.of(targets(adas, 5), 0, PLENTY)).isEmpty();
        assertThat(PoolShares.of(targets(adas, 0), 5, PLENTY)).isEmpty();
    }
}
