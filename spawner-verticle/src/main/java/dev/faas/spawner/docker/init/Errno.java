package dev.faas.spawner.docker.init;

import java.util.Map;

/** Names errors of system calls. */
public final class Errno {
    public static final int ENOENT = 2;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(1, "Operation not permitted"),
            Map.entry(ENOENT, "No such file or directory"),
            Map.entry(7, "Argument list too long"),
            Map.entry(8, "Exec format error"),
            Map.entry(12, "Cannot allocate memory"),
            Map.entry(13, "Permission denied"),
            Map.entry(19, "No such device"),
            Map.entry(20, "Not a directory"),
            Map.entry(21, "Is a directory"),
            Map.entry(22, "Invalid argument"),
            Map.entry(26, "Text file busy"),
            Map.entry(28, "No space left on device"),
            Map.entry(38, "Function not implemented"),
            Map.entry(40, "Too many levels of symbolic links"),
            Map.entry(95, "Operation not supported"),
            Map.entry(110, "Connection timed out"));

    private Errno() {}

    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "error " + errno);
    }
}
