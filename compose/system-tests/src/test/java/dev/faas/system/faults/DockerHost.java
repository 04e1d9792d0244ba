package dev.faas.system.faults;

import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Gives access to the machine's Docker Engine, or starts a separate one for faults. */
final class DockerHost implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final long UNMOUNT_SECONDS = 20;
    /** On the disk, because overlayfs does not work on every file system. */
    private static final Path ROOT = Path.of("/var/tmp");

    private final URI address;
    private final Optional<Program> daemon;
    private final Optional<Path> directory;

    private DockerHost(URI address, Optional<Program> daemon, Optional<Path> directory) {
        this.address = address;
        this.daemon = daemon;
        this.directory = directory;
    }

    static DockerHost shared() {
        return new DockerHost(TestImages.dockerHost(), Optional.empty(), Optional.empty());
    }

    /** Starts a Docker Engine that does not change this machine's network. Needs root. */
    static DockerHost own(Path logs) throws IOException {
        var directory = Files.createTempDirectory(ROOT, "faas-faults-");
        var socket = directory.resolve("docker.sock");
        var line = List.of(
                // In its own network namespace, because dockerd without a bridge removes the bridge of another daemon.
                "unshare",
                "--net",
                "dockerd",
                "--data-root=" + directory.resolve("root"),
                "--exec-root=" + directory.resolve("exec"),
                "--pidfile=" + directory.resolve("pid"),
                "--host=unix://" + socket,
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--ip-forward=false",
                "--log-level=warn");
        var daemon = Program.start("dockerd", line, Map.of(), logs);
        var host = new DockerHost(URI.create("unix://" + socket), Optional.of(daemon), Optional.of(directory));
        try {
            daemon.awaitReady(START_LIMIT, () -> Files.exists(socket));
            return host;
        } catch (IOException e) {
            host.close();
            throw e;
        }
    }

    URI address() {
        return address;
    }

    /** The same address, as the target of a link. */
    SocketAddress socket() {
        return address.getScheme().equals("unix")
                ? UnixDomainSocketAddress.of(address.getPath())
                : new InetSocketAddress(address.getHost(), address.getPort());
    }

    /** Empty for the machine's Docker Engine. */
    Optional<Program> daemon() {
        return daemon;
    }

    @Override
    public void close() throws IOException {
        if (daemon.isPresent()) {
            daemon.get().close();
        }
        if (directory.isPresent()) {
            unmount(directory.get());
            Directories.delete(directory.get());
        }
    }

    /** Unmounts what a killed daemon has left, the last mount first. */
    private static void unmount(Path directory) throws IOException {
        var mounted = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ")[1])
                .filter(place -> place.startsWith(directory + "/"))
                .toList();
        for (var place : mounted.reversed()) {
            var umount = new ProcessBuilder("umount", "-l", place)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                if (!umount.waitFor(UNMOUNT_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException("umount does not end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }
}
