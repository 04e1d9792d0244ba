package dev.faas.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Reads {@code /proc} about processes that are not children of this process. */
final class ProcessTable {
    private static final Duration POLL = Duration.ofMillis(20);

    private ProcessTable() {}

    /** The processes with this working directory, as far as this user may see them. */
    static List<Long> findWorkingIn(Path directory) throws IOException {
        var pids = new ArrayList<Long>();
        var directoryPath = directory.toRealPath();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (var process : processes) {
                if (isWorkingIn(process, directoryPath)) {
                    pids.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        }
        return pids;
    }

    private static boolean isWorkingIn(Path process, Path directoryPath) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(directoryPath);
        } catch (IOException e) {
            return false; // it has ended, or belongs to another user
        }
    }

    /** Waits until no process has this working directory; false after the limit. */
    static boolean awaitNoneIn(Path directory, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!findWorkingIn(directory).isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** Waits until the process has ended; a zombie counts as ended. False after the limit. */
    static boolean awaitEnd(long pid, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (isRunning(pid)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static boolean isRunning(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // "PID (NAME) STATE …"; NAME may have any characters.
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for processes to end");
        }
    }
}
