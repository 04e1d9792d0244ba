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
 * Starts a direct child process that the kernel ends when this process ends, also when this process is killed.
 *
 * <p>The kernel sends the child its death signal when the <em>thread</em> that forked it ends (prctl(2),
 * PR_SET_PDEATHSIG). So a dedicated platform thread forks each child and waits until it ends. The child has its own session:
 * Ctrl-C in the terminal does not reach it, so this process can drain first.
 *
 * <p>Thread-safe. Every call blocks up to its limit; an interrupt ends it with {@link InterruptedIOException}.
 */
public final class ChildProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private final Command command;
    private final Process process;
    private final long logStart;

    /**
     * Says what to start and how to stop it.
     *
     * @param name of the program, for messages
     * @param arguments the program's path and its arguments
     * @param wrapper precedes the arguments: programs that exec their arguments, as {@code nice} does
     * @param environment the whole environment of the child; nothing is inherited
     * @param input its standard input
     * @param log standard output and error are appended to this file
     * @param deathSignal sent by the kernel when this process ends, such as {@code KILL}
     * @param stopSignal asks the child to stop, such as {@code TERM}
     * @param stopLimit time to stop before it is killed
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

        /** A command without input. It is killed when this process ends, and stops within ten seconds of SIGTERM. */
        public static Command of(String name, List<String> arguments, Map<String, String> environment, Path log) {
            var noInput = Path.of("/dev/null");
            return new Command(name, arguments, List.of(), environment, noInput, log, "KILL", "TERM", KILL_LIMIT);
        }
    }

    private ChildProcess(Command command, Process process, long logStart) {
        this.command = command;
        this.process = process;
        this.logStart = logStart;
    }

    /** Starts the child and returns at once; {@link #awaitReady} waits until it serves. */
    public static ChildProcess start(Command command) throws IOException {
        Files.createDirectories(command.log().toAbsolutePath().getParent());
        var logStart = Files.exists(command.log()) ? Files.size(command.log()) : 0;
        var builder = new ProcessBuilder(commandLine(command))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(command.input().toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(command.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(command.environment());
        var started = new CompletableFuture<Process>();
        Thread.ofPlatform().daemon().name("child-" + command.name()).start(() -> forkAndWait(builder, started));
        var process = awaitFork(command, started);
        LOG.debug("child process started name={} pid={}", command.name(), process.pid());
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

    private static Process awaitFork(Command command, CompletableFuture<Process> started) throws IOException {
        try {
            var process = started.get(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (Thread.interrupted()) { // a fork that is over already is not waited for
                throw new InterruptedException();
            }
            return process;
        } catch (ExecutionException e) {
            throw new StartFailed(
                    "cannot start " + command.name() + ": " + e.getCause().getMessage()
                            + "; check that the program exists and is executable",
                    e);
        } catch (TimeoutException e) {
            killWhenForked(started);
            throw new StartFailed(
                    "cannot start " + command.name() + ": no process after " + KILL_LIMIT.toSeconds()
                            + " s; check the load of this machine and try again",
                    e);
        } catch (InterruptedException e) {
            killWhenForked(started);
            throw interrupted(command.name());
        }
    }

    /** The fork may still succeed after its caller has stopped waiting: that child is killed. */
    private static void killWhenForked(CompletableFuture<Process> started) {
        var unused = started.thenAccept(Process::destroyForcibly);
    }

    private static List<String> commandLine(Command command) {
        var line = new ArrayList<String>();
        Programs.find("setsid").ifPresent(setsid -> line.add(setsid.toString()));
        line.addAll(command.wrapper());
        // After the wrapper, because a change of user clears the death signal.
        Programs.find("setpriv").ifPresent(setpriv -> line.addAll(deathSignalWrapper(setpriv, command.deathSignal())));
        line.addAll(command.arguments());
        return line;
    }

    private static List<String> deathSignalWrapper(Path setpriv, String signal) {
        // If this process ended before the signal was set, the child has another parent and must not start.
        var execUnlessOrphaned = "[ \"$PPID\" = \"$0\" ] && exec \"$@\"";
        var parent = Long.toString(ProcessHandle.current().pid());
        return List.of(setpriv.toString(), "--pdeathsig", signal, "--", "/bin/sh", "-c", execUnlessOrphaned, parent);
    }

    /**
     * Waits until {@code ready} is true.
     *
     * @throws StartFailed when the child ends first, or when the limit is reached (the child is killed then); the
     *     message has the last lines of its log
     */
    public void awaitReady(Duration limit, BooleanSupplier ready) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        var isReady = false;
        try {
            while (!ready.getAsBoolean()) {
                if (awaitExit(POLL)) {
                    throw new StartFailed(command.name() + " ended with exit code " + process.exitValue()
                            + " before it was ready" + logSuffix());
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new StartFailed(
                            command.name() + " was not ready within " + limit.toMillis() + " ms" + logSuffix());
                }
            }
            isReady = true;
        } finally {
            if (!isReady) {
                kill();
            }
        }
    }

    /**
     * Waits until the child ends with exit code 0.
     *
     * @throws StartFailed when it fails, or when the limit is reached (the child is killed then)
     */
    public void awaitSuccess(Duration limit) throws IOException {
        if (!awaitExit(limit)) {
            kill();
            throw new StartFailed(command.name() + " did not end within " + limit.toSeconds() + " s" + logSuffix());
        }
        if (process.exitValue() != 0) {
            throw new StartFailed(command.name() + " failed with exit code " + process.exitValue() + logSuffix());
        }
    }

    /** The process id of the program itself, since the wrappers exec it. */
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The child's output since its start. */
    public String output() throws IOException {
        return LogTail.since(command.log(), logStart);
    }

    /** Completes when the child has ended; never fails. */
    public CompletableFuture<ChildProcess> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    /** Kills the child and its descendants; returns when all have ended. */
    public void kill() throws IOException {
        var descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        if (!awaitExit(KILL_LIMIT)) {
            throw new IOException(command.name() + " did not end within " + KILL_LIMIT.toSeconds()
                    + " s of SIGKILL: pid " + pid() + "; check whether it waits for a disk");
        }
        for (var descendant : descendants) {
            awaitEnd(descendant.pid());
        }
    }

    /** Asks the child to stop, and kills it after its limit. Does nothing when it has ended. */
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        signal(command.stopSignal());
        if (!awaitExit(command.stopLimit())) {
            LOG.warn(
                    "child process killed: it did not stop in time name={} limitSeconds={}",
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
            throw new IOException("process " + pid + " of " + command.name() + " did not end within "
                    + KILL_LIMIT.toSeconds() + " s; end it with kill -KILL " + pid);
        }
    }

    private boolean awaitExit(Duration limit) throws IOException {
        try {
            return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted(command.name());
        }
    }

    private String logSuffix() throws IOException {
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
