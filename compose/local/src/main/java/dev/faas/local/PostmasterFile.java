package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads and removes {@code postmaster.pid}, the server's lock file: its process id first, its state last.
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

    /** Whether the server with this process id accepts connections. A killed server's file has another id. */
    boolean isReady(long pid) {
        return lines.size() > STATE_LINE
                && lines.getFirst().strip().equals(Long.toString(pid))
                && lines.get(STATE_LINE).strip().equals("ready");
    }

    /**
     * Waits until the processes of a killed server have ended. Removes its lock file if another program has its process id
     * now; otherwise the new server needs the file to find the old shared memory.
     *
     * @throws StartFailed when a server still runs on this data
     */
    static void removeStale(Path data) throws IOException {
        if (!ProcessTable.awaitNoneIn(data, LIMIT)) {
            throw new StartFailed("another PostgreSQL still runs on " + data + ": stop the processes "
                    + ProcessTable.findWorkingIn(data) + ", or use another data directory (--data)");
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
