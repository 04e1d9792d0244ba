package dev.faas.spawner.docker;

import dev.faas.local.ChildProcess;
import dev.faas.local.Directories;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.testing.ProcessSignal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a separate Docker daemon, which a test can kill, restart and freeze. Its containers, networks and files are
 * separate from those of the machine's daemon. Needs root. Its containers have only a loopback network.
 */
public final class OwnDocker implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(30);

    private final Path home;
    private final List<String> options;
    private ChildProcess daemon;

    private OwnDocker(Path home, List<String> options) throws IOException {
        this.home = home;
        this.options = options;
        this.daemon = launch();
    }

    /** Below /var/tmp, because overlayfs does not work on every file system. */
    public static OwnDocker start(String... options) throws IOException {
        return new OwnDocker(Files.createTempDirectory(Path.of("/var/tmp"), "faas-docker-"), List.of(options));
    }

    /** @param home for all its files; removed by {@link #close}. Its path must be short, because a socket is in it. */
    public static OwnDocker start(Path home) throws IOException {
        return new OwnDocker(home, List.of());
    }

    public URI host() {
        return URI.create("unix://" + home.resolve("docker.sock"));
    }

    private ChildProcess launch() throws IOException {
        var line = new ArrayList<>(List.of(
                "dockerd",
                "--data-root=" + home.resolve("root"),
                "--exec-root=" + home.resolve("exec"),
                "--pidfile=" + home.resolve("docker.pid"),
                "--host=" + host(),
                "--bridge=none",
                "--iptables=false",
                "--ip6tables=false",
                "--log-level=warn"));
        line.addAll(options);
        // In its own network namespace, because a daemon without a bridge removes that of another daemon. Loopback is
        // up
        // for a registry.
        var process = ChildProcess.start(new ChildProcess.Command(
                "dockerd",
                line,
                List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "in-its-network"),
                Map.of("PATH", System.getenv("PATH")),
                Path.of("/dev/null"),
                home.resolve("log"),
                "KILL",
                "TERM",
                STOP));
        process.awaitReady(START, this::isAnswering);
        return process;
    }

    private boolean isAnswering() {
        try (var docker = DockerCalls.connect(host(), Duration.ofSeconds(2))) {
            var unused =
                    docker.call(Duration.ofSeconds(2), "ping", d -> d.pingCmd().exec());
            return true;
        } catch (EngineFault e) {
            return false;
        }
    }

    /** Kills the daemon, but not its containers: the next daemon finds them. */
    public void kill() throws IOException {
        daemon.kill();
    }

    /** Stops the daemon with SIGTERM. */
    public void stop() throws IOException {
        daemon.close();
    }

    public void startAgain() throws IOException {
        daemon = launch();
    }

    /** Stops the daemon's process until {@link #thaw}. */
    public void freeze() throws IOException {
        ProcessSignal.send("STOP", daemon.pid());
    }

    public void thaw() throws IOException {
        ProcessSignal.send("CONT", daemon.pid());
    }

    /** The daemon, its containerd, and their descendants; shims are found by the path in their command line. */
    public List<ProcessHandle> processes() throws IOException {
        return ProcessHandle.allProcesses().filter(this::isOurs).toList();
    }

    private boolean isOurs(ProcessHandle process) {
        return Stream.iterate(process, p -> p != null, p -> p.parent().orElse(null))
                .anyMatch(p -> commandLine(p).contains(home.toString()));
    }

    /** From /proc, because Java returns none as long as a shim's. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    /** Prefix for a command that must run in the daemon's network. */
    List<String> networkCommand() {
        return List.of("nsenter", "--net=/proc/" + daemon.pid() + "/ns/net", "--");
    }

    public long pid() {
        return daemon.pid();
    }

    private static void run(String... line) throws IOException {
        var process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(List.of(line) + " took longer than " + STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", line));
        }
    }

    @Override
    public void close() throws IOException {
        if (daemon.isAlive()) {
            thaw();
            daemon.close();
        }
        for (var left : processes()) {
            left.destroyForcibly();
        }
        for (var mount : mounts()) {
            run("umount", "-l", mount);
        }
        Directories.delete(home);
    }

    private List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ")[1])
                .filter(path -> path.startsWith(home + "/"))
                .toList()
                .reversed();
    }
}
