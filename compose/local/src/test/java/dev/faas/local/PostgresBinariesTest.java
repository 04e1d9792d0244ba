package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
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
        Callable<PostgresBinaries> unpack = () -> PostgresBinaries.unpack(cache);
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
    void givenAnAbandonedUnpacking_whenStarted_thenItIsRemoved() throws Exception {
        var home = PostgresBinaries.unpack(cache).home();
        var old = Files.createDirectories(cache.resolve("unpacking-1/bin")).getParent();
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        var young = Files.createDirectory(cache.resolve("unpacking-2"));

        assertThat(PostgresBinaries.unpack(cache).home()).isEqualTo(home);

        assertThat(old).doesNotExist();
        assertThat(young).isDirectory();
    }

    @Test
    void givenAnArchiveThatIsBroken_whenUnpacked_thenNothingIsLeft() throws Exception {
        var broken = Files.writeString(cache.resolve("broken.txz"), "no archive");

        assertThatThrownBy(() -> PostgresBinaries.unpackInto(
                        cache.resolve("home"), broken.toUri().toURL().openConnection()))
                .isInstanceOf(IOException.class);

        try (var left = Files.list(cache)) {
            assertThat(left).containsExactly(broken);
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
        assertThat(UnprivilegedUser.choose(passwd, cache)).isEqualTo(new UnprivilegedUser(65534, 65533, cache));
        assertThat(UnprivilegedUser.choose(passwd.subList(0, 2), cache))
                .isEqualTo(new UnprivilegedUser(101, 104, cache));
        assertThatThrownBy(() -> UnprivilegedUser.choose(passwd.subList(0, 1), cache))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("FAAS_PG_URL");
    }
}
