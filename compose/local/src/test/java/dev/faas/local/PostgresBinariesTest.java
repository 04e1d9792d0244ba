package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {
    @TempDir
    Path cache;

    @Test
    void givenAnEmptyCache_whenTwoUnpackAtOnce_thenBothHaveTheSameAndNothingElseIsLeft() throws Exception {
        Callable<PostgresBinaries> unpack = () -> PostgresBinaries.in(cache);
        try (var threads = Executors.newFixedThreadPool(2)) {
            var both = threads.invokeAll(List.of(unpack, unpack), 2, TimeUnit.MINUTES);
            assertThat(both.getFirst().get()).isEqualTo(both.getLast().get());
            assertThat(both.getFirst().get().program("initdb")).isExecutable();
            assertThat(both.getFirst().get().program("postgres")).isExecutable();
        }
        try (var left = Files.list(cache)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void givenProcessors_whenTheArchiveIsChosen_thenItIsTheirs() {
        assertThat(PostgresBinaries.resource("amd64")).isEqualTo("postgres-linux-x86_64.txz");
        assertThat(PostgresBinaries.resource("aarch64")).isEqualTo("postgres-linux-arm_64.txz");
    }

    @Test
    void givenUsers_whenOneIsChosenForRoot_thenItIsTheFirstSuitableOne() throws Exception {
        var passwd = List.of(
                "root:x:0:0:root:/root:/bin/bash", "postgres:x:101:104::/:/bin/sh", "nobody:x:65534:65533::/:/x");
        assertThat(Unprivileged.choose(passwd, cache)).isEqualTo(new Unprivileged(65534, 65533, cache));
        assertThat(Unprivileged.choose(passwd.subList(0, 2), cache)).isEqualTo(new Unprivileged(101, 104, cache));
        assertThatThrownBy(() -> Unprivileged.choose(passwd.subList(0, 1), cache))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("FAAS_PG_URL");
    }
}
