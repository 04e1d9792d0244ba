package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code ./faas doctor} says of a Docker Engine, here a {@code docker} of three lines of shell. */
@Timeout(60)
class DoctorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(delimiter = ';', textBlock = """
            # version | cgroups | kernel | driver | backing file system ; row ; state ; what it says
            25.0.0|2|6.1.0|overlay2|extfs               ; Docker version ; ok      ; 25.0.0
            26.1.5+dfsg1|2|6.1.0|overlay2|extfs         ; Docker version ; ok      ; 26.1.5+dfsg1
            24.0.7|2|6.1.0|overlay2|extfs               ; Docker version ; old     ; docker compose up needs 25
            26.1.5|2|6.8.0-51-generic|overlay2|extfs    ; cgroups        ; ok      ; peak memory
            26.1.5|2|5.19.0|overlay2|extfs              ; cgroups        ; ok      ; peak memory
            26.1.5|2|5.15.0-1061-azure|overlay2|extfs   ; cgroups        ; limited ; no peakMemoryKb
            26.1.5|1|6.18.44|overlay2|extfs             ; cgroups        ; limited ; rootless Docker ignores limits
            26.1.5||6.18.44|overlay2|extfs              ; cgroups        ; unknown ; not tried
            26.1.5|2|6.8.0|overlay2|extfs               ; storage        ; limited ; on ext4, which has no quotas
            26.1.5|2|6.8.0|overlay2|xfs|/quota          ; storage        ; ok      ; FAAS_ROOT_MB bounds what a container writes
            26.1.5|2|6.8.0|overlay2|xfs|/plain          ; storage        ; limited ; without pquota
            26.1.5|2|6.8.0|btrfs|                       ; storage        ; ok      ; FAAS_ROOT_MB bounds what a container writes
            29.0.0|2|6.8.0|overlayfs|                   ; storage        ; limited ; containerd image store
            26.1.5|2|6.8.0|vfs|                         ; storage        ; limited ; copies the whole image
            26.1.5|2|6.8.0|fuse-overlayfs|              ; storage        ; unknown ; fuse-overlayfs: not tried
            """)
    void saysWhatTheEngineMeansForUs(String engine, String row, String state, String words) throws Exception {
        fake("docker", "echo '" + engine + "'");
        fake("findmnt", "case $* in *' /quota') echo rw,relatime,prjquota ;; *) echo rw,relatime,noquota ;; esac");
        var path = directory + ":" + System.getenv("PATH");

        var rows = new Shell(Path.of(".."), Map.of("PATH", path)).lines(LIMIT, ". ./setup.sh && inspect_engine");

        assertThat(rows).hasSize(3);
        assertThat(rows.stream().map(line -> Arrays.copyOf(line.split("\\|"), 3)))
                .filteredOn(columns -> columns[1].equals(row))
                .singleElement()
                .satisfies(columns -> {
                    assertThat(columns[0]).isEqualTo(state);
                    assertThat(columns[2]).contains(words);
                });
    }

    private void fake(String name, String script) throws Exception {
        var file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
