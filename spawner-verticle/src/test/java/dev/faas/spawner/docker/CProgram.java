package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Builds C programs for tests with the compiler that builds init. */
final class CProgram {

    /** Includes the warnings that init is built with. */
    private static final List<String> FLAGS = List.of("gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror");

    private CProgram() {}

    /** The static program {@code probe.c}, for images without libraries: prints what it sees, or attacks init. */
    static byte[] probe(Path directory) throws Exception {
        return Files.readAllBytes(
                build(directory.resolve("probe"), List.of("-static", "-O1"), tests("probe", "attack", "escape")));
    }

    /** @param sources absolute */
    static Path build(Path program, List<String> flags, List<Path> sources) throws Exception {
        var command = new ArrayList<>(FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-o", program.toString()));
        sources.forEach(source -> command.add(source.toString()));
        var compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(compiler.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(compiler.exitValue()).as("%s: %s", command, said).isZero();
        return program;
    }

    static List<Path> tests(String... names) {
        return Stream.of(names)
                .map(name -> Path.of("src/test/c", name + ".c").toAbsolutePath())
                .toList();
    }

    /** The sources of init without some. */
    static List<Path> init(String... without) throws IOException {
        try (var all = Files.list(initFolder())) {
            return all.filter(path -> path.toString().endsWith(".c"))
                    .filter(path -> Stream.of(without)
                            .noneMatch(name -> path.getFileName().toString().equals(name + ".c")))
                    .map(Path::toAbsolutePath)
                    .sorted()
                    .toList();
        }
    }

    static Path initFolder() {
        return Path.of("src/main/c").toAbsolutePath();
    }
}
