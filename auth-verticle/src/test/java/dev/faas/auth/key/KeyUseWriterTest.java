package dev.faas.auth.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.KeyUses.Use;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyUseWriterTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");

    private final ArrayDeque<Promise<Void>> running = new ArrayDeque<>();
    private final List<List<Use>> written = new ArrayList<>();
    private final KeyUseWriter writer = new KeyUseWriter(uses -> {
        written.add(uses);
        running.add(Promise.promise());
        return running.getLast().future();
    });

    private void tell(Use... uses) {
        writer.accept(Codec.encode(new KeyUses(List.of(uses))));
    }

    @Test
    void givenMoreThanCanBeStored_whenTold_thenOneStatementRunsAtATime_andWhatWaitsHasALimit() {
        for (int i = 0; i < 100; i++) {
            var message = i;
            tell(IntStream.range(0, KeyUses.MOST)
                    .mapToObj(key -> new Use("key_" + message + "x" + key, AT, "192.0.2.1"))
                    .toArray(Use[]::new));
            assertThat(running).hasSize(1);
        }

        while (!running.isEmpty()) {
            assertThat(running).hasSize(1);
            running.remove().fail("away");
        }

        var keys = new HashSet<String>();
        written.forEach(uses -> {
            assertThat(uses).hasSizeLessThanOrEqualTo(KeyUses.MOST);
            uses.forEach(use -> keys.add(use.keyId()));
        });
        assertThat(keys).hasSize(11_000);
        tell(new Use("key_later", AT, "192.0.2.1"));
        assertThat(running).hasSize(1);
    }

    @Test
    void givenSeveralUsesOfAKey_whenTheyWait_thenTheLatestIsStored() {
        tell(new Use("key_1", AT, "192.0.2.1"));
        tell(new Use("key_2", AT.plusSeconds(60), "192.0.2.2"));
        tell(new Use("key_2", AT.plusSeconds(120), "192.0.2.3"));
        tell(new Use("key_2", AT, "192.0.2.4"));

        running.remove().complete();

        assertThat(written.getLast()).containsExactly(new Use("key_2", AT.plusSeconds(120), "192.0.2.3"));
    }
}
