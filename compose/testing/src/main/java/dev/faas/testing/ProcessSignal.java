package dev.faas.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Sends signals to processes. */
public final class ProcessSignal {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private ProcessSignal() {}

    /** Sends it, such as {@code TERM}. After {@code STOP} no thread of the process runs any more. */
    public static void send(String name, long pid) throws IOException {
        // The shell's built-in kill: a minimal system has no other.
        Command.run("sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(pid));
        if (name.equals("STOP")) {
            Await.until("process " + pid + " stands still", LIMIT, () -> isStopped(pid));
        }
    }

    private static boolean isStopped(long pid) throws IOException {
        try (var threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.allMatch(ProcessSignal::isThreadStopped);
        }
    }

    private static boolean isThreadStopped(Path thread) {
        try {
            var stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // it has just ended
        }
    }
}
