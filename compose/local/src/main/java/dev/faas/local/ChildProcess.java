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
     * @param wrapper goes in front: programs that replace themselves by what follows, as {@code nice} does
     * @param environment the whole environment of the child; nothing is inherited
     * @param input its standard input
     * @param log standard output and error are appended to this file
     * @param deathSignal what the kernel sends to the child when we die, such as {@code KILL}
     * @param stopSignal what asks it to stop, such as {@code TERM}
     * @param stopLimit how long it may take to stop before it is killed
     */
    public record Command(
            String name,
            List<String> arguments,
            List<String> wrapper,
            Map<String, String> environment,
            Path input,
            Path log,
            String deathSignal,
            String stopSignal,
            Duration stopLimit) {
        public Command {
            arguments = List.copyOf(arguments);
            wrapper = List.copyOf(wrapper);
            environment = Map.copyOf(environment);
        }

        /** One without input that is killed when we die, and stops within ten seconds on SIGTERM. */
        public static Command of(String name, List<String> arguments, Map<String, String> environment, Path log) {
            var none = Path.of("/dev/null");
            return new Command(name, arguments, List.of(), environment, none, log, "KILL", "TERM", KILL_LIMIT);
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
                .redirectInput(ProcessBuilder.Redirect.from(command.input().toFile()))
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
            abandon(started);
            throw new StartFailed("cannot start " + command.name() + ": no process after " + KILL_LIMIT, e);
        } catch (InterruptedException e) {
            abandon(started);
            throw interrupted(command.name());
        }
    }

    /** Its fork is under way, and nobody will know of it. */
    private static void abandon(CompletableFuture<Process> started) {
        var unused = started.thenAccept(Process::destroyForcibly);
    }

    private static List<String> wrapped(Command command) {
        var line = new ArrayList<String>();
        Programs.find("setsid").ifPresent(setsid -> line.add(setsid.toString()));
        line.addAll(command.wrapper());
        // Last, because a change of user takes the death signal away.
        Programs.find("setpriv").ifPresent(setpriv -> line.addAll(dyingWithUs(setpriv, command.deathSignal())));
        line.addAll(command.arguments());
        return line;
    }

    private static List<String> dyingWithUs(Path setpriv, String signal) {
        // Had we died before the signal was set, the parent would no longer be us: the child must not start then.
        var unlessOrphaned = "[ \"$PPID\" = \"$0\" ] && exec \"$@\"";
        var us = Long.toString(ProcessHandle.current().pid());
        return List.of(setpriv.toString(), "--pdeathsig", signal, "--", "/bin/sh", "-c", unlessOrphaned, us);
    }

    /**
     * Waits until {@code ready} says so.
     *
     * @throws StartFailed when the child ends first, or when the limit is reached (it is killed then); the message
     *     carries the end of its log
     */
    public void awaitReady(Duration limit, BooleanSupplier ready) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        var done = false;
        try {
            while (!ready.getAsBoolean()) {
                if (awaitExit(POLL)) {
                    throw new StartFailed(command.name() + " ended with exit code " + process.exitValue()
                            + " before it was ready" + why());
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new StartFailed(command.name() + " was not ready within " + limit.toMillis() + " ms" + why());
                }
            }
            done = true;
        } finally {
            if (!done) {
                kill();
            }
        }
    }

    /**
     * Waits for a child that does one thing and ends.
     *
     * @throws StartFailed when it fails, or when the limit is reached (it is killed then)
     */
    public void awaitSuccess(Duration limit) throws IOException {
        if (!awaitExit(limit)) {
            kill();
            throw new StartFailed(command.name() + " was not done within " + limit.toSeconds() + " s" + why());
        }
        if (process.exitValue() != 0) {
            throw new StartFailed(command.name() + " failed with exit code " + process.exitValue() + why());
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
            awaitEnd(relative.pid());
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
        awaitEnd(kill.pid());
    }

    private void awaitEnd(long pid) throws IOException {
        if (!ProcessTable.awaitEnd(pid, KILL_LIMIT)) {
            throw new IOException("pid " + pid + " of " + command.name() + " did not end");
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
