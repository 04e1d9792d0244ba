package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.Status;
import dev.faas.wire.FunctionSpec.Delivery;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests random interleavings of one activation: claims, crashes, redeliveries, cut-off spawners, cancellations, late ends, lost
 * acknowledgements, retries, expiry, pruning, in any order. {@code ActivationRecord}, {@link Claims} and {@link StateWriter} are
 * the real ones; broker, gateway and registry are models. A failure prints its seed and its events.
 */
final class InterleavingsTest {
    private static final int STORIES = 1500;

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void givenAnyInterleaving_whenAllIsOver_thenItEndedOnceWithItsAttemptsCountedAndNothingLost(Delivery delivery) {
        LongStream.range(0, STORIES).forEach(seed -> new ModelWorld(seed, delivery).play());
    }

    @Test
    void givenTheseInterleavings_whenCounted_thenEachKindOfEndAndOfFaultOccurs() {
        Map<ModelWorld.Mishap, Integer> mishaps = new EnumMap<>(ModelWorld.Mishap.class);
        var ends = LongStream.range(0, STORIES)
                .mapToObj(seed -> {
                    var world = new ModelWorld(seed, Delivery.AT_LEAST_ONCE);
                    var status = world.play();
                    world.mishaps().forEach((mishap, times) -> mishaps.merge(mishap, times, Integer::sum));
                    return status;
                })
                .distinct()
                .toList();

        assertThat(ends).containsExactlyInAnyOrder(Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED);
        assertThat(mishaps).containsOnlyKeys(ModelWorld.Mishap.values());
        assertThat(mishaps.values()).allMatch(times -> times > 50);
    }
}
