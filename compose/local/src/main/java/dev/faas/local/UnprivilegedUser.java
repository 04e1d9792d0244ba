package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The user a child runs as when we are root, and the one directory it may enter.
 *
 * <p>The directory is handed down as an open descriptor, {@code /proc/self/fd/9}: it may lie below one that only root
 * may pass, such as {@code /root} (mode 700), whose mode is not ours to change.
 */
record UnprivilegedUser(int uid, int gid, Path directory) {
    /** In the order of preference; PostgreSQL wants a user with a name. */
    private static final List<String> CANDIDATES = List.of("nobody", "postgres", "daemon");

    private static final Path INSIDE = Path.of("/proc/self/fd/9");

    /** Who we are. */
    record Us(boolean root) {
        static Us now() throws IOException {
            return new Us(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
        }
    }

    /** For root: gives the directory to such a user, or finds out to whom it was given. Empty when we are not root. */
    static Optional<UnprivilegedUser> owning(Path directory, Us us) throws IOException {
        if (!us.root()) {
            return Optional.empty();
        }
        var uid = (int) Files.getAttribute(directory, "unix:uid");
        if (uid != 0) {
            return Optional.of(new UnprivilegedUser(uid, (int) Files.getAttribute(directory, "unix:gid"), directory));
        }
        var chosen = choose(Files.readAllLines(Path.of("/etc/passwd")), directory);
        chosen.give(directory);
        return Optional.of(chosen);
    }

    static UnprivilegedUser choose(List<String> passwd, Path directory) throws StartFailed {
        for (var candidate : CANDIDATES) {
            for (var line : passwd) {
                var fields = line.split(":", -1);
                if (fields.length >= 4 && fields[0].equals(candidate)) {
                    return new UnprivilegedUser(Integer.parseInt(fields[2]), Integer.parseInt(fields[3]), directory);
                }
            }
        }
        throw new StartFailed("PostgreSQL refuses to run as root, and there is none of the users " + CANDIDATES
                + ". Run as another user, or set FAAS_PG_URL to a server that runs.");
    }

    void give(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", gid);
    }

    /** The same file as the child has to name it. */
    Path inside(Path file) {
        return INSIDE.resolve(directory.relativize(file));
    }

    /** In front of a command: opens the directory, then gives up being root. */
    List<String> wrapper() throws StartFailed {
        var setpriv = Programs.find("setpriv")
                .orElseThrow(() -> new StartFailed("setpriv is not installed: PostgreSQL refuses to run as root, and"
                        + " setpriv makes it another user. On Debian: apt-get install util-linux"));
        return List.of(
                "/bin/sh",
                "-c",
                "exec 9<\"$0\" && exec \"$@\"",
                directory.toString(),
                setpriv.toString(),
                "--reuid=" + uid,
                "--regid=" + gid,
                "--clear-groups",
                "--");
    }
}
