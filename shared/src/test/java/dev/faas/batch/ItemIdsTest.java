package dev.faas.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.acceptance.Submission;
import dev.faas.wire.Ids;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ItemIdsTest {
    private static final String BATCH = Ids.batch(Instant.EPOCH.plusSeconds(1_800_000_000));

    @Test
    void givenTheSameSeed_whenDerivedAgain_thenIdsAndContentsAreTheSameAndWithAnotherTheyAreNot() {
        var first = new ItemIds(BATCH, new byte[] {1});
        var again = new ItemIds(BATCH, new byte[] {1});
        var other = new ItemIds(BATCH, new byte[] {2});
        var item = submission("a", Map.of("k", "v"));

        assertThat(again.id(7)).isEqualTo(first.id(7)).isNotEqualTo(other.id(7)).isNotEqualTo(first.id(8));
        assertThat(again.content(item)).isEqualTo(first.content(item)).isNotEqualTo(other.content(item));
        assertThat(first.content(submission("b", Map.of("k", "v")))).isNotEqualTo(first.content(item));
        assertThat(first.content(submission("a", Map.of("k", "w")))).isNotEqualTo(first.content(item));
    }

    private static Submission submission(String argument, Map<String, String> tags) {
        return new Submission(argument, OptionalInt.empty(), tags);
    }
}
