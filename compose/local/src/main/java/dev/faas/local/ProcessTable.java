package dev.faas.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What {@code /proc} says about processes that are not our own children. */
final class ProcessTable {
    private static final Duration POLL = Duration.ofMillis(20);

    private ProcessTable() {}

    /** The processes whose working directory this is, as far as we may see it. */
    static List<Long> workingIn(Path directory) throws IOException {
        var found = new ArrayList<Long>();
        var wanted = directory.toRealPath();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (var process : processes) {
                if (worksIn(process, wanted)) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        }
        return found;
    }

    private static boolean worksIn(Path process, Path wanted) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(wanted);
        } catch (IOException e) {
            return false; // it has ended, or is another user's
        }
    }

    /** Waits until no process works in the directory; false when some still do after the limit. */
    static boolean awaitNoneIn(Path directory, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!workingIn(directory).isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** Waits until the process has ended, if only as a zombie whose parent does not look; false after the limit. */
    static boolean awaitEnd(long pid, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (runs(pid)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static boolean runs(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // "PID (NAME) STATE …", and NAME may contain anything.
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
