package dev.faas.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URLConnection;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** The programs of PostgreSQL, unpacked from the class path once a version and shared by all runs. */
record PostgresBinaries(Path home) {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);
    private static final Duration ABANDONED = Duration.ofHours(1);
    private static final Set<PosixFilePermission> OPEN = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final String UNPACKING = "unpacking-";

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** {@code /var/cache/faas} for root, whose home another user may not enter; else as the XDG base directories say. */
    static Path cache(UnprivilegedUser.Us us) {
        if (us.root()) {
            return Path.of("/var/cache/faas");
        }
        return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
                .filter(value -> value.startsWith("/"))
                .map(Path::of)
                .orElseGet(() -> Path.of(userHome(), ".cache"))
                .resolve("faas");
    }

    private static String userHome() {
        return System.getenv().getOrDefault("HOME", System.getProperty("user.home"));
    }

    /** Unpacks unless that is done. Safe with any number of starters: each unpacks beside, the first rename wins. */
    static PostgresBinaries in(Path cache) throws IOException {
        var resource = resource(System.getProperty("os.arch"));
        var url = PostgresBinaries.class.getResource("/" + resource);
        if (url == null || !(url.openConnection() instanceof JarURLConnection jar)) {
            throw new StartFailed("no PostgreSQL for this processor on the class path (" + resource
                    + "). Set FAAS_PG_URL to a server that runs.");
        }
        var version =
                Path.of(jar.getJarFileURL().getPath()).getFileName().toString().replaceAll("\\.jar$", "");
        var home =
                cache.resolve(version + "-" + Long.toHexString(jar.getJarEntry().getCrc()));
        removeAbandoned(cache);
        if (!Files.isDirectory(home)) {
            make(cache);
            unpackInto(home, jar);
        }
        return new PostgresBinaries(home);
    }

    private static void make(Path cache) throws IOException {
        try {
            Files.createDirectories(cache);
            Files.setPosixFilePermissions(cache, OPEN);
        } catch (FileSystemException e) {
            throw new StartFailed(
                    "cannot keep PostgreSQL's programs in " + cache + " (" + e + "). Set XDG_CACHE_HOME.", e);
        }
    }

    static String resource(String processor) {
        return switch (processor) {
            case "aarch64" -> "postgres-linux-arm_64.txz";
            default -> "postgres-linux-x86_64.txz";
        };
    }

    static void unpackInto(Path home, URLConnection archive) throws IOException {
        var beside = Files.createTempDirectory(home.getParent(), UNPACKING);
        try {
            unpackAll(archive, beside);
            Files.move(beside, home, StandardCopyOption.ATOMIC_MOVE);
            LOG.info("unpacked PostgreSQL to {}", home);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
        } finally {
            Directories.delete(beside); // moved away unless it came to nothing
        }
    }

    private static void unpackAll(URLConnection archive, Path into) throws IOException {
        try (var tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive.getInputStream())))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(entry, tar, into);
            }
        }
        openDirectories(into);
    }

    private static void unpack(TarArchiveEntry entry, TarArchiveInputStream tar, Path into) throws IOException {
        var target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("archive entry outside of the archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (!entry.getName().endsWith(".a")) {
            Files.createDirectories(target.getParent());
            Files.copy(tar, target);
            var executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(target, executable ? OPEN : PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** For the user the server runs as, whatever our umask is. */
    private static void openDirectories(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            for (var directory :
                    all.filter(file -> Files.isDirectory(file, NOFOLLOW_LINKS)).toList()) {
                Files.setPosixFilePermissions(directory, OPEN);
            }
        }
    }

    /** What a killed run had begun to unpack. Two may find the same: whatever is left is the next one's. */
    private static void removeAbandoned(Path cache) {
        if (!Files.isDirectory(cache)) {
            return;
        }
        try (var old = Files.newDirectoryStream(cache, UNPACKING + "*")) {
            for (var directory : old) {
                if (Files.getLastModifiedTime(directory)
                        .toInstant()
                        .isBefore(Instant.now().minus(ABANDONED))) {
                    Directories.delete(directory);
                }
            }
        } catch (IOException e) {
            LOG.warn("what was not unpacked to its end stays in {}: {}", cache, e.toString());
        }
    }
}
