package dev.faas.spawner.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Subjects.QueueKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class FairRotationTest {
    private final FairRotation rotation = new FairRotation();

    private static QueueKey key(String owner, String function) {
        return new QueueKey(owner, function);
    }

    private List<String> turns(int count, Predicate<QueueKey> isEligible) {
        var functions = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            rotation.next(isEligible).map(QueueKey::function).ifPresent(functions::add);
        }
        return functions;
    }

    @Test
    void givenAnOwnerWithManyFunctionsAndOneWithOne_whenTurnsAreTaken_thenOwnersAlternateAndFunctionsToo() {
        rotation.add(key("rich", "a"));
        rotation.add(key("rich", "b"));
        rotation.add(key("rich", "c"));
        rotation.add(key("poor", "x"));

        assertThat(turns(8, any -> true)).containsExactly("a", "x", "b", "x", "c", "x", "a", "x");
    }

    @Test
    void givenAnIneligibleFunction_whenSkipped_thenItKeepsItsPlace() {
        rotation.add(key("one", "a"));
        rotation.add(key("two", "b"));

        assertThat(turns(2, k -> !k.function().equals("a"))).containsExactly("b", "b");
        assertThat(turns(2, any -> true)).containsExactly("a", "b");
    }

    @Test
    void givenAFunctionAddedOrRemovedTwice_whenCounted_thenItCountsOnce() {
        rotation.add(key("one", "a"));
        rotation.add(key("one", "a"));
        assertThat(rotation.size()).isEqualTo(1);
        assertThat(rotation.contains(key("one", "a"))).isTrue();

        rotation.remove(key("one", "a"));
        rotation.remove(key("one", "a"));

        assertThat(rotation.size()).isZero();
        assertThat(rotation.contains(key("one", "a"))).isFalse();
        assertThat(rotation.next(any -> true)).isEmpty();
    }
}
