package dev.faas.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds programs on PATH and in Debian's directories for servers, which are not on every user's PATH. */
final class Programs {
    private static final String ALSO_SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Programs() {}

    static Optional<Path> find(String program) {
        return find(program, System.getenv().getOrDefault("PATH", "") + ":" + ALSO_SEARCHED);
    }

    /** Searches a list of directories, separated by colons. */
    static Optional<Path> find(String program, String pathList) {
        return Stream.of(pathList.split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, program))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
