package dev.faas.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where programs are: on PATH, and where Debian puts servers, which is not on every user's PATH. */
final class Programs {
    private static final String ALSO = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Programs() {}

    static Optional<Path> find(String program) {
        return find(program, System.getenv().getOrDefault("PATH", "") + ":" + ALSO);
    }

    /** Looks through a path list as a shell does. */
    static Optional<Path> find(String program, String pathList) {
        return Stream.of(pathList.split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
