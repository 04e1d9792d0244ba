package dev.faas.standalone;

import dev.faas.lifecycle.Unrecoverable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "up", description = "Runs the whole platform in the foreground, until SIGINT, SIGTERM or SIGHUP.")
final class UpCommand implements Callable<Integer> {
    @Option(names = "--help", usageHelp = true, description = "Prints this, and starts nothing.")
    boolean help;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address to listen on (${DEFAULT-VALUE}).")
    String host = "";

    @Option(names = "--port", defaultValue = "8000", description = "Port of the API; 0: a free one.")
    int port;

    @Option(names = "--auth-port", defaultValue = "4000", description = "Port of auth alone; 0: a free one.")
    int authPort;

    @Option(names = "--registry-port", defaultValue = "5000", description = "Port of functions alone; 0: a free one.")
    int registryPort;

    @Option(names = "--data", description = "Where everything is kept (~/.local/share/faas).")
    @Nullable
    Path data;

    @Option(
            names = "--sync",
            paramLabel = "always|interval",
            description =
                    "When NATS syncs accepted work to the disk: always (before each answer), or at an interval of 1 s (faster; a"
                            + " power cut loses up to about a second of it). Overrides FAAS_SYNC, whose default is interval.")
    @Nullable
    String sync;

    @Override
    public Integer call() throws Exception {
        var main = Thread.currentThread();
        var running = new AtomicReference<@Nullable Platform>();
        var told = new AtomicBoolean();
        // Once: the stop itself is not to be interrupted.
        Runnable stop = () -> {
            if (!told.getAndSet(true)) {
                main.interrupt();
            }
        };
        var broken = new AtomicReference<@Nullable Unrecoverable>();
        Unrecoverable.onUncaught(end -> {
            broken.set(end);
            stop.run();
        });
        Signals.onStop(stop, () -> Optional.ofNullable(running.get()).ifPresent(Platform::skipGrace));
        try {
            serve(running);
        } catch (Exception stopped) {
            throw broken.get() == null ? stopped : broken.get();
        }
        if (broken.get() != null) {
            throw broken.get();
        }
        return 0;
    }

    /** Until it is interrupted. */
    private void serve(AtomicReference<@Nullable Platform> running) {
        var started = System.nanoTime();
        try (var platform = Platform.start(new UpOptions(
                host,
                port,
                authPort,
                registryPort,
                data == null ? Path.of(System.getProperty("user.home"), ".local", "share", "faas") : data,
                environment()))) {
            running.set(platform);
            System.out.printf(
                    "ready in %.1f s: api %s, auth %s, registry %s%n",
                    (System.nanoTime() - started) / 1e9, platform.api(), platform.auth(), platform.registry());
            untilInterrupted();
            System.err.println("stopping: runs have a grace to end in; once more to skip it");
        }
    }

    /** By the first signal, which interrupts a start just so. */
    private static void untilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // What this waits for.
        }
    }

    private Map<String, String> environment() {
        var environment = new HashMap<>(faasVariables());
        if (sync != null) {
            environment.put(Backends.SYNC, sync);
        }
        return environment;
    }

    static Map<String, String> faasVariables() {
        return System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("FAAS_"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
