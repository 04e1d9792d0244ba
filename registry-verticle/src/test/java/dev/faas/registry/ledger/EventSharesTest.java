package dev.faas.registry.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventSharesTest {
    @ParameterizedTest
    @CsvSource({
        // owners with as much each, bytes of the largest, whether that one is over its share of a thousand
        "0, 212, false",
        "0, 213, true",
        "2, 212, false",
        "2, 213, true",
        "9, 85, false",
        "9, 86, true",
    })
    void givenOwners_whenOneHasMoreThanItsShare_thenOnlyThatOneIsNamed(int others, long bytes, boolean isOver) {
        var sums = new HashMap<String, Long>();
        IntStream.range(0, others).forEach(i -> sums.put("other-" + i, 10L));
        sums.put("largest", bytes);

        assertThat(EventShares.findOverShare(sums, 1_000)).isEqualTo(isOver ? List.of("largest") : List.of());
    }
}
