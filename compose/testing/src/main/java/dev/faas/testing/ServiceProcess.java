package dev.faas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program of ours as a process of its own, its output in a file. */
public final class ServiceProcess implements AutoCloseable {
    private static final List<String> JVM = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    /** A shell starts background jobs with SIGINT ignored, and their children inherit that. */
    private static final List<String> INTERRUPTIBLE = List.of("env", "--default-signal=INT");

    private final Process process;
    private final Path output;

    private ServiceProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** The main class of a service, on this test's class path. */
    public static ServiceProcess service(Class<?> main, Map<String, String> environment) throws IOException {
        return service(main, environment, List.of());
    }

    /** @param wrapper goes in front of the command, and replaces itself by it */
    public static ServiceProcess service(Class<?> main, Map<String, String> environment, List<String> wrapper)
            throws IOException {
        return start(List.of("-cp", System.getProperty("java.class.path"), main.getName()), environment, wrapper);
    }

    /** The packaged program, as {@code ./faas} runs it. */
    public static ServiceProcess program(Map<String, String> environment, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                "-jar", Path.of("..", "standalone", "target", "faas.jar").toString()));
        command.addAll(List.of(arguments));
        return start(command, environment, INTERRUPTIBLE);
    }

    private static ServiceProcess start(List<String> arguments, Map<String, String> environment, List<String> wrapper)
            throws IOException {
        var output = Files.createTempFile("faas-process-", ".log");
        var command = new ArrayList<>(wrapper);
        command.addAll(JVM);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("FAAS_"));
        builder.environment().putAll(environment);
        return new ServiceProcess(builder.start(), output);
    }

    public String output() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    /** Waits until the output has such a line, within a minute, and gives it. */
    public String awaitLine(String beginning) throws IOException, InterruptedException {
        return awaitLine(beginning, line -> line.startsWith(beginning));
    }

    /** The same with a line of the log, which begins with the time. */
    public void awaitLog(String end) throws IOException, InterruptedException {
        var unused = awaitLine(end, line -> line.strip().endsWith(end));
    }

    private String awaitLine(String name, Predicate<String> wanted) throws IOException, InterruptedException {
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (System.nanoTime() < until) {
            var text = output();
            // Whole lines only: one may be seen while it is being written.
            var found = text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .filter(wanted)
                    .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            // Its end, or a tenth of a second: whatever comes first.
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("no line '" + name + "' in:\n" + output());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode() throws IOException, InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(output()).isTrue();
        return process.exitValue();
    }

    public void signal(String name) throws IOException {
        ProcessSignal.send(name, process.pid());
    }

    /** It and all that it started. */
    public List<ProcessHandle> family() {
        var family = new ArrayList<>(process.descendants().toList());
        family.add(process.toHandle());
        return family;
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
