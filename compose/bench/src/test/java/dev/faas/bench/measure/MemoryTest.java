package dev.faas.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final String ROLLUP = """
            55d0a0000000-7ffd4d5f0000 ---p 00000000 00:00 0                          [rollup]
            Rss:                2048 kB
            Pss:                1024 kB
            Pss_Dirty:           512 kB
            """;

    @Test
    void residentAndSharedPagesAreReadInBytes() {
        assertThat(Memory.of("nats-server", ROLLUP)).isEqualTo(new Memory("nats-server", 2 << 20, 1 << 20));
    }

    @Test
    void aTextWithoutOneOfThemIsRejected() {
        assertThatThrownBy(() -> Memory.of("nats-server", "Rss: 1 kB\n")).hasMessageContaining("Pss");
    }

    @Test
    void processesOfOneNameAreAddedUp() {
        var all = List.of(Memory.of("postgres", ROLLUP), Memory.of("java", ROLLUP), Memory.of("postgres", ROLLUP));

        assertThat(Memory.residentMib(all, "postgres")).isEqualTo(4);
        assertThat(Memory.proportionalMib(all)).isEqualTo(3);
    }

    @Test
    void thisProcessIsTheFirstOfItsTree() throws IOException {
        var tree = Memory.ofTree(ProcessHandle.current());

        assertThat(tree).first().satisfies(first -> {
            assertThat(first.process()).isEqualTo("java");
            assertThat(first.residentBytes()).isGreaterThanOrEqualTo(first.proportionalBytes());
            assertThat(first.proportionalBytes()).isGreaterThan(1 << 20);
        });
    }
}
