package dev.faas.spawner.docker.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;

/** The program as Docker is given it: nothing but the program decides its bytes. */
final class InitProgramTest {

    @Test
    void givenAProgram_whenWrittenAsATar_thenItBelongsToRootIsOf1970AndTheSameEachTime() throws Exception {
        var program = InitProgram.of(System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64");

        var bytes = program.toTar();

        assertThat(program.toTar()).isEqualTo(bytes);
        assertThat(program.isFirstFileOf(new ByteArrayInputStream(bytes))).isTrue();
        try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(bytes))) {
            var entry = tar.getNextEntry();
            assertThat(entry.getName()).isEqualTo("init");
            assertThat(entry.getMode() & 0777).isEqualTo(0111);
            assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(Instant.EPOCH);
            assertThat(entry.getLongUserId() + entry.getLongGroupId()).isZero();
            assertThat(entry.getUserName() + entry.getGroupName()).isEmpty();
            assertThat(tar.readAllBytes()).isEqualTo(program.bytes());
            assertThat(tar.getNextEntry()).isNull();
        }
    }
}
