package dev.faas.local;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A direct child that dies with this process, however this process ends.
 *
 * <p>The kernel sends the child its death signal when the <em>thread</em> that forked it ends (prctl(2),
 * PR_SET_PDEATHSIG), so every child is forked by a platform thread of its own that does nothing but wait for it.
 * The child leads a session of its own: a Ctrl-C in the terminal reaches us and not it, so that we can drain first.
 *
 * <p>Thread-safe. Everything blocks, within the limit it is given; an interrupt ends a wait with
 * {@link InterruptedIOException}.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private final Command command;
    private final Process process;
    private final long logStart;

    /**
     * What to start.
     *
     * @param name of the program, for messages
     * @param arguments the program's path and its arguments
     * @param environment the whole environment of the child; nothing is inherited
     * @param log standard output and error are appended to this file
     * @param deathSignal what the kernel sends to the child when we die, such as {@code KILL}
     * @param stopSignal what asks it to stop, such as {@code TERM}
     * @param stopLimit how long it may take to stop before it is killed
     */
    public record Command(
            String name,
            List<String> arguments,
            Map<String, String> environment,
            Path log,
            String deathSignal,
            String stopSignal,
            Duration stopLimit) {
        public Command {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
        }
    }

    private ChildProcess(Command command, Process process, long logStart) {
        this.command = command;
        this.process = process;
        this.logStart = logStart;
    }

    /** Starts the child and returns at once; whether it is any good, {@link #awaitReady} tells. */
    public static ChildProcess start(Command command) throws IOException {
        Files.createDirectories(command.log().toAbsolutePath().getParent());
        var logStart = Files.exists(command.log()) ? Files.size(command.log()) : 0;
        var builder = new ProcessBuilder(wrapped(command))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        var started = new CompletableFuture<Process>();
        Thread.ofPlatform().daemon().name("child-" + command.name()).start(() -> forkAndWait(builder, started));
        var process = get(command, started);
        LOG.debug("{} started, pid {}", command.name(), process.pid());
        return new ChildProcess(command, process, logStart);
    }

    private static void forkAndWait(ProcessBuilder builder, CompletableFuture<Process> started) {
        try {
            var process = builder.start();
            started.complete(process);
            process.onExit().join();
        } catch (IOException e) {
            started.completeExceptionally(e);
        }
    }

    private static Process get(Command command, CompletableFuture<Process> started) throws IOException {
        try {
            return started.get(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StartFailed(
                    "cannot start " + command.name() + ": " + e.getCause().getMessage(), e);
        } catch (TimeoutException e) {
            throw new StartFailed("cannot start " + command.name() + ": no process after " + KILL_LIMIT, e);
        } catch (InterruptedException e) {
            throw interrupted(command.name());
        }
    }

    private static List<String> wrapped(Command command) {
        var setsid = Programs.find("setsid");
        var setpriv = Programs.find("setpriv");
        var line = new ArrayList<String>();
        setsid.ifPresent(path -> line.add(path.toString()));
        setpriv.ifPresent(path -> line.addAll(List.of(path.toString(), "--pdeathsig", command.deathSignal(), "--")));
        if (setpriv.isPresent()) {
            // If we died before the signal was set, the child's parent is no longer us, and it must not start.
            line.addAll(List.of(
                    "/bin/sh",
                    "-c",
                    "[ \"$PPID\" = \"$0\" ] && exec \"$@\"",
                    Long.toString(ProcessHandle.current().pid())));
        }
        line.addAll(command.arguments());
        return line;
    }

    /**
     * Waits until {@code ready} says so.
     *
     * @throws StartFailed when the child ends first, or when the limit is reached (it is killed then); the message
     *     carries the end of its log
     */
    public void awaitReady(Duration limit, BooleanSupplier ready) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!ready.getAsBoolean()) {
            if (awaitExit(POLL)) {
                throw new StartFailed(command.name() + " ended with exit code " + process.exitValue()
                        + " before it was ready" + why());
            }
            if (System.nanoTime() - deadline > 0) {
                kill();
                throw new StartFailed(command.name() + " was not ready within " + limit.toSeconds() + " s" + why());
            }
        }
    }

    /** The process id of the child itself: the wrappers replace themselves by it. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What the child has written since its start. */
    public String output() throws IOException {
        return LogTail.since(command.log(), logStart);
    }

    /** Ends when the child has ended; never fails. */
    public CompletableFuture<ChildProcess> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    /** SIGKILL to the child and to what it has started; returns when all of them are gone. */
    public void kill() throws IOException {
        var family = process.descendants().toList();
        process.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        if (!awaitExit(KILL_LIMIT)) {
            throw new IOException(command.name() + " (pid " + pid() + ") survives SIGKILL");
        }
        for (var relative : family) {
            awaitEnd(relative);
        }
    }

    /** Asks the child to stop, and kills it when it has not within its limit. Does nothing when it has ended. */
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        signal(command.stopSignal());
        if (!awaitExit(command.stopLimit())) {
            LOG.warn(
                    "{} did not stop within {} s: killed",
                    command.name(),
                    command.stopLimit().toSeconds());
            kill();
        }
    }

    private void signal(String name) throws IOException {
        if (name.equals("TERM")) {
            process.destroy();
            return;
        }
        var kill = new ProcessBuilder("/bin/sh", "-c", "kill -s \"$0\" \"$1\"", name, Long.toString(pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        awaitEnd(kill.toHandle());
    }

    private void awaitEnd(ProcessHandle handle) throws IOException {
        try {
            handle.onExit().get(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("pid " + handle.pid() + " of " + command.name() + " did not end", e);
        } catch (InterruptedException e) {
            throw interrupted(command.name());
        }
    }

    private boolean awaitExit(Duration limit) throws IOException {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(command.name());
        }
    }

    private String why() throws IOException {
        return Optional.of(LogTail.last(output()))
                .filter(text -> !text.isBlank())
                .map(text -> ": " + text)
                .orElse("");
    }

    private static InterruptedIOException interrupted(String name) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for " + name);
    }
}
