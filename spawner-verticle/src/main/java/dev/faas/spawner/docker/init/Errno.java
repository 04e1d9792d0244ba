package dev.faas.spawner.docker.init;

import java.util.Map;

/** Names errors of system calls. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EACCES = 13;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ENOSYS = 38;
    public static final int ENOTSUP = 95;

    private static final Map<Integer, String> TEXTS = Map.ofEntries(
            Map.entry(EPERM, "Operation not permitted"),
            Map.entry(ENOENT, "No such file or directory"),
            Map.entry(7, "Argument list too long"),
            Map.entry(8, "Exec format error"),
            Map.entry(10, "No child processes"),
            Map.entry(11, "Resource temporarily unavailable"),
            Map.entry(12, "Cannot allocate memory"),
            Map.entry(EACCES, "Permission denied"),
            Map.entry(16, "Device or resource busy"),
            Map.entry(ENODEV, "No such device"),
            Map.entry(20, "Not a directory"),
            Map.entry(21, "Is a directory"),
            Map.entry(EINVAL, "Invalid argument"),
            Map.entry(26, "Text file busy"),
            Map.entry(ENOSPC, "No space left on device"),
            Map.entry(ENOSYS, "Function not implemented"),
            Map.entry(40, "Too many levels of symbolic links"),
            Map.entry(ENOTSUP, "Operation not supported"),
            Map.entry(110, "Connection timed out"));

    private Errno() {}

    public static String text(int errno) {
        return TEXTS.getOrDefault(errno, "error " + errno);
    }
}
