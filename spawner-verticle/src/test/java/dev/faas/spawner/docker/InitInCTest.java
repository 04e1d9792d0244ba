package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of init without a container: how it reads frames, under the sanitizers, and how it reads cgroups. */
@Tag("slow")
final class InitInCTest {

    private static final List<String> SANITIZED =
            List.of("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all");

    @TempDir
    private Path directory;

    private Path cgroups;

    @BeforeEach
    void makeFolder() throws IOException {
        cgroups = Files.createDirectory(directory.resolve("cgroup"));
    }

    /** {@code fuzz.c} describes what is sent and checked; a failure prints the seed that repeats it. */
    @Test
    void givenInvalidConversations_whenInitReadsThem_thenItEndsThemByItsProtocol() throws Exception {
        var sources = Stream.concat(
                        CProgram.tests("fuzz").stream(),
                        CProgram.init(
                                "init",
                                "process",
                                "sandbox",
                                "secrets",
                                "wipe",
                                "filter",
                                "nested",
                                "identity",
                                "mounts")
                                .stream())
                .toList();
        var fuzz = CProgram.build(directory.resolve("fuzz"), SANITIZED, sources);
        var said = output(fuzz.toString(), "1", "15000", "20");
        assertThat(said).matches("(?s)[0-9]{3,} conversations, [0-9]+ bytes\n");
    }

    @Test
    void givenCgroupsOfVersion2_whenTheyAreRead_thenTheNumbersAreFound() throws Exception {
        file("cpu.stat", "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\nnr_periods 0\n");
        file("memory.events", "low 0\nhigh 3\nmax 17\noom 4\noom_kill 2\noom_group_kill 0\n");
        file("memory.peak", "73400320\n");
        assertThat(reading()).isEqualTo("cpu known 1 us 1234567, oom kills 2, peak 73400320\n");
    }

    @Test
    void givenCgroupsOfVersion1_whenTheyAreRead_thenTheNumbersAreFound() throws Exception {
        file("cpuacct/cpuacct.usage", "1234567890\n");
        file("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        file("memory/memory.max_usage_in_bytes", "73400320\n");
        assertThat(reading()).isEqualTo("cpu known 1 us 1234567, oom kills 3, peak 73400320\n");
    }

    @Test
    void givenCgroupsOfVersion1UnderTheNameOfBoth_whenTheyAreRead_thenTheProcessorTimeIsFound() throws Exception {
        file("cpu,cpuacct/cpuacct.usage", "5000\n");
        assertThat(reading()).isEqualTo("cpu known 1 us 5, oom kills 0, peak 0\n");
    }

    /** Kernels before 5.19 have no memory.peak, those before 4.13 no oom_kill. */
    @Test
    void givenFilesThatAreMissingOrOdd_whenTheyAreRead_thenTheyCountAsZero() throws Exception {
        assertThat(reading()).isEqualTo("cpu known 0 us 0, oom kills 0, peak 0\n");
        file("cpu.stat", "");
        file("memory.events", "oom 5\nnot_oom_kill 7\noom_kill_disable 1\n");
        file("memory.peak", "max\n");
        assertThat(reading()).isEqualTo("cpu known 1 us 0, oom kills 0, peak 0\n");
    }

    private void file(String name, String contents) throws IOException {
        var path = cgroups.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, contents);
    }

    private String reading() throws Exception {
        var sources = Stream.concat(
                        CProgram.tests("meter_test").stream(),
                        Stream.of(CProgram.initFolder().resolve("meter.c")))
                .toList();
        return output(
                CProgram.build(directory.resolve("meter"), SANITIZED, sources).toString(), cgroups.toString());
    }

    private static String output(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
