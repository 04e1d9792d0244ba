package dev.faas.standalone;

import dev.faas.lifecycle.Unrecoverable;
import java.nio.file.Files;
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
    @Option(names = "--help", usageHelp = true, description = "Prints this text.")
    boolean help;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Address to listen on (${DEFAULT-VALUE}).")
    String host = "";

    @Option(
            names = "--port",
            defaultValue = "8000",
            description = "Port of the API (${DEFAULT-VALUE}); 0: any free port.")
    int port;

    @Option(
            names = "--auth-port",
            defaultValue = "4000",
            description = "Port of the authentication API alone (${DEFAULT-VALUE}); 0: any free port.")
    int authPort;

    @Option(
            names = "--registry-port",
            defaultValue = "5000",
            description = "Port of the functions API alone (${DEFAULT-VALUE}); 0: any free port.")
    int registryPort;

    @Option(names = "--data", description = "Data directory (~/.local/share/faas).")
    @Nullable
    Path data;

    @Option(
            names = "--sync",
            paramLabel = "always|interval",
            description =
                    "When NATS syncs accepted work to the disk: always (before each answer) or interval (every second;"
                            + " faster, but a power cut loses up to about a second of work). Overrides FAAS_SYNC;"
                            + " default: interval.")
    @Nullable
    String sync;

    @Override
    public Integer call() throws Exception {
        var mainThread = Thread.currentThread();
        var running = new AtomicReference<@Nullable Platform>();
        var stopRequested = new AtomicBoolean();
        // Only once, because a second interrupt would disturb the stop.
        Runnable stop = () -> {
            if (!stopRequested.getAndSet(true)) {
                mainThread.interrupt();
            }
        };
        var unrecoverable = new AtomicReference<@Nullable Unrecoverable>();
        Unrecoverable.onUncaught(end -> {
            unrecoverable.set(end);
            stop.run();
        });
        Signals.onStop(stop, () -> Optional.ofNullable(running.get()).ifPresent(Platform::skipGrace));
        try {
            serve(running);
        } catch (Exception stopped) {
            throw unrecoverable.get() == null ? stopped : unrecoverable.get();
        }
        if (unrecoverable.get() != null) {
            throw unrecoverable.get();
        }
        return 0;
    }

    /** Runs until this thread is interrupted. */
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
            awaitInterrupt();
            System.err.println("stopping: waiting for runs to end; send the signal again to stop at once");
        }
    }

    /** The first signal interrupts, here as during a start. */
    private static void awaitInterrupt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // The expected end.
        }
    }

    private Map<String, String> environment() {
        var environment = new HashMap<>(faasVariables());
        clientProgram(System.getProperty("faas.program"))
                .ifPresent(file -> environment.putIfAbsent("FAAS_CLI_FILE", file.toString()));
        if (sync != null) {
            environment.put(Backends.SYNC, sync);
        }
        return environment;
    }

    /** The client that was built beside this program; empty if it was not built.
     *
     * @param program the script that started this; null if none did
     */
    static Optional<Path> clientProgram(@Nullable String program) {
        return Optional.ofNullable(program)
                .map(script -> Path.of(script).resolveSibling("compose/cli/target/faas"))
                .filter(Files::isRegularFile);
    }

    static Map<String, String> faasVariables() {
        return System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("FAAS_"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
