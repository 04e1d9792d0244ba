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

/** Unpacks the programs of PostgreSQL from the class path, once a version; all runs share them. */
record PostgresBinaries(Path home) {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);
    private static final Duration ABANDONED_AFTER = Duration.ofHours(1);
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final String UNPACKING = "unpacking-";

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** {@code /var/cache/faas} for root, whose home other users may not enter; else the XDG cache directory. */
    static Path cache(UnprivilegedUser.CurrentUser user) {
        if (user.isRoot()) {
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

    /** Unpacks if necessary. Safe with concurrent starts: each unpacks to a temporary directory, the first rename wins. */
    static PostgresBinaries unpack(Path cache) throws IOException {
        var resource = resource(System.getProperty("os.arch"));
        var url = PostgresBinaries.class.getResource("/" + resource);
        if (url == null || !(url.openConnection() instanceof JarURLConnection jar)) {
            throw new StartFailed("the class path has no PostgreSQL for this processor (" + resource
                    + "): set FAAS_PG_URL to a running server");
        }
        var version =
                Path.of(jar.getJarFileURL().getPath()).getFileName().toString().replaceAll("\\.jar$", "");
        var home =
                cache.resolve(version + "-" + Long.toHexString(jar.getJarEntry().getCrc()));
        removeAbandoned(cache);
        if (!Files.isDirectory(home)) {
            createCache(cache);
            unpackInto(home, jar);
        }
        return new PostgresBinaries(home);
    }

    private static void createCache(Path cache) throws IOException {
        try {
            Files.createDirectories(cache);
            Files.setPosixFilePermissions(cache, READABLE);
        } catch (FileSystemException e) {
            throw new StartFailed(
                    "cannot unpack PostgreSQL to " + cache + " (" + e
                            + "): set XDG_CACHE_HOME to a directory you may write to",
                    e);
        }
    }

    static String resource(String processor) {
        return switch (processor) {
            case "aarch64" -> "postgres-linux-arm_64.txz";
            default -> "postgres-linux-x86_64.txz";
        };
    }

    static void unpackInto(Path home, URLConnection archive) throws IOException {
        var temporary = Files.createTempDirectory(home.getParent(), UNPACKING);
        try {
            unpackAll(archive, temporary);
            Files.move(temporary, home, StandardCopyOption.ATOMIC_MOVE);
            LOG.info("PostgreSQL unpacked directory={}", home);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            }
        } finally {
            Directories.delete(temporary); // gone already when the move succeeded
        }
    }

    private static void unpackAll(URLConnection archive, Path into) throws IOException {
        try (var tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive.getInputStream())))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpackEntry(entry, tar, into);
            }
        }
        makeDirectoriesReadable(into);
    }

    private static void unpackEntry(TarArchiveEntry entry, TarArchiveInputStream tar, Path into) throws IOException {
        var target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("PostgreSQL archive entry leads outside of " + into + ": " + entry.getName());
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
            Files.setPosixFilePermissions(target, executable ? READABLE : PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    /** The user that the server runs as must read them, whatever this process's umask is. */
    private static void makeDirectoriesReadable(Path root) throws IOException {
        try (var all = Files.walk(root)) {
            for (var directory :
                    all.filter(file -> Files.isDirectory(file, NOFOLLOW_LINKS)).toList()) {
                Files.setPosixFilePermissions(directory, READABLE);
            }
        }
    }

    /** Removes what killed runs had begun to unpack. A concurrent start may remove the same: the next start removes the rest. */
    private static void removeAbandoned(Path cache) {
        if (!Files.isDirectory(cache)) {
            return;
        }
        try (var old = Files.newDirectoryStream(cache, UNPACKING + "*")) {
            for (var directory : old) {
                if (Files.getLastModifiedTime(directory)
                        .toInstant()
                        .isBefore(Instant.now().minus(ABANDONED_AFTER))) {
                    Directories.delete(directory);
                }
            }
        } catch (IOException e) {
            LOG.warn("abandoned PostgreSQL files not removed directory={} error={}", cache, e.toString());
        }
    }
}
