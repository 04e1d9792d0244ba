package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Runs a child of root as another user, who may use one directory.
 *
 * <p>The child gets the directory as an open descriptor, {@code /proc/self/fd/9}, because the directory may be below one
 * that only root may enter, such as {@code /root} (mode 700).
 */
record UnprivilegedUser(int uid, int gid, Path directory) {
    /** In order of preference; PostgreSQL requires a user with a name. */
    private static final List<String> CANDIDATES = List.of("nobody", "postgres", "daemon");

    private static final Path CHILD_DIRECTORY = Path.of("/proc/self/fd/9");

    /** The user of this process. */
    record CurrentUser(boolean isRoot) {
        static CurrentUser read() throws IOException {
            return new CurrentUser(
                    Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
        }
    }

    /** The owner of the directory; a directory of root gets another owner first. Empty when this process is not root's. */
    static Optional<UnprivilegedUser> ownerOf(Path directory, CurrentUser user) throws IOException {
        if (!user.isRoot()) {
            return Optional.empty();
        }
        var uid = (int) Files.getAttribute(directory, "unix:uid");
        if (uid != 0) {
            return Optional.of(new UnprivilegedUser(uid, (int) Files.getAttribute(directory, "unix:gid"), directory));
        }
        var chosen = choose(Files.readAllLines(Path.of("/etc/passwd")), directory);
        chosen.transferOwnership(directory);
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
        throw new StartFailed("PostgreSQL refuses to run as root, and none of the users " + CANDIDATES + " exists."
                + " Run as another user, or set FAAS_PG_URL to a running server.");
    }

    void transferOwnership(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", gid);
    }

    /** The file's path as the child must use it. */
    Path pathForChild(Path file) {
        return CHILD_DIRECTORY.resolve(directory.relativize(file));
    }

    /** Precedes a command: opens the directory, then changes the user. */
    List<String> wrapper() throws StartFailed {
        var setpriv = Programs.find("setpriv")
                .orElseThrow(() -> new StartFailed("setpriv is not installed. PostgreSQL refuses to run as root, and"
                        + " setpriv changes the user. On Debian: apt-get install util-linux"));
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
