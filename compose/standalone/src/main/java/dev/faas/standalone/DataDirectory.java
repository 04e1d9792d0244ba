package dev.faas.standalone;

import dev.faas.lifecycle.DependencyMissing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Opens and locks a platform's data directory: two platforms on the same data would destroy it. */
final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(Path root, FileChannel channel, FileLock lock) {
        this.root = root;
        this.channel = channel;
        this.lock = lock;
    }

    static DataDirectory open(Path root) throws IOException, DependencyMissing {
        var directory = Files.createDirectories(root.toAbsolutePath().normalize());
        var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new DependencyMissing(
                    "Another platform runs on " + directory + ": stop it, or choose another directory with --data");
        }
        return new DataDirectory(directory, channel, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    Path nats() {
        return root.resolve("nats");
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    /** Passwords; only the owner may read them. */
    Path credentials() {
        return root.resolve("credentials.properties");
    }

    /** The private half of the trust root; its public half is beside it. */
    Path trustRoot() {
        return root.resolve("trust-root");
    }

    /** Encrypts the stored signing keys; only the owner may read it. */
    Path kek() {
        return root.resolve("kek");
    }

    /** Encrypts the stored secrets of destinations; only the owner may read it. */
    Path registryKek() {
        return root.resolve("registry-kek");
    }

    /** Opens secrets of functions; only the owner may read it. */
    Path sealPrivate() {
        return root.resolve("seal-private");
    }

    Path sealPublic() {
        return root.resolve("seal-public");
    }

    /** Opens secrets of hooks; only the owner may read it. */
    Path hookSealPrivate() {
        return root.resolve("hook-seal-private");
    }

    Path hookSealPublic() {
        return root.resolve("hook-seal-public");
    }

    /** For Prometheus ({@code file_sd}): where to scrape this platform. */
    Path metricsTargets() {
        return root.resolve("metrics-targets.json");
    }

    /** Writes the nats.conf of this version, and returns its path. */
    Path writeNatsConfig() throws IOException {
        var file = root.resolve("nats.conf");
        try (InputStream in = DataDirectory.class.getResourceAsStream("/nats.conf")) {
            if (in == null) {
                throw new IOException("faas.jar has no nats.conf: build it again with mvn package");
            }
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
