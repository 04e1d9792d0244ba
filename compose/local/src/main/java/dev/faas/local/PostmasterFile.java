package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code postmaster.pid}, the server's lock file: process id first, its state last.
 *
 * @see <a href="https://www.postgresql.org/docs/17/storage-file-layout.html">Database File Layout</a>
 */
record PostmasterFile(List<String> lines) {
    private static final int STATE_LINE = 7;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    static Optional<PostmasterFile> read(Path data) throws IOException {
        try {
            return Optional.of(new PostmasterFile(Files.readAllLines(data.resolve("postmaster.pid"))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Is the server of this process id ready for connections? A killed predecessor's file is not its own. */
    boolean readyAs(long pid) {
        return lines.size() > STATE_LINE
                && lines.getFirst().strip().equals(Long.toString(pid))
                && lines.get(STATE_LINE).strip().equals("ready");
    }

    /**
     * Waits for what is left of a killed run, and removes its lock file if another program has got its process id
     * since. Otherwise the file stays: by it the server finds its predecessor's shared memory.
     *
     * @throws StartFailed when a server still runs on this data
     */
    static void clearStale(Path data) throws IOException {
        if (!ProcessTable.awaitNoneIn(data, LIMIT)) {
            throw new StartFailed(
                    "another PostgreSQL still runs on " + data + ": pids " + ProcessTable.workingIn(data));
        }
        var file = read(data);
        if (file.isPresent() && !file.get().lines().isEmpty()) {
            var pid = file.get().lines().getFirst().strip();
            if (Files.exists(Path.of("/proc", pid))) {
                Files.delete(data.resolve("postmaster.pid"));
            }
        }
    }
}
