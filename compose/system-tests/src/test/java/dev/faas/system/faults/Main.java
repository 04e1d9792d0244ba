package dev.faas.system.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "./faas test --faults",
        description =
                "Harms each part of a platform in each way under load, and accounts for all that was accepted. Exit"
                        + " code 1: something was lost or doubled, or did not recover.",
        mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
    private static final Path LOGS = Path.of("target", "faults");
    private static final long STOP_SECONDS = 120;
    private static final int INTERRUPTED = 130;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "Of each fault; 3 unless told.")
    int rounds;

    @Option(names = "--only", paramLabel = "TEXT", description = "Only faults whose name has this in it; repeatable.")
    List<String> only = List.of();

    @Option(names = "--brokers", paramLabel = "N", description = "Only those on so many NATS servers: 1 or 3.")
    @Nullable
    Integer brokers;

    @Option(names = "--every", paramLabel = "MS", defaultValue = "350", description = "From one submit to the next.")
    int everyMillis;

    @Option(names = "--seed", paramLabel = "N", description = "Of all that is left to chance; another one each time.")
    long seed = Instant.now().toEpochMilli() % 1_000_000;

    @Option(names = "--list", description = "Names the faults and ends.")
    boolean list;

    @Spec
    CommandSpec spec = CommandSpec.create();

    private Main() {}

    public static void main(String[] args) {
        play(new Main(), args);
    }

    /** Runs a program of this package to its end and that of the JVM; a signal makes it clean up first. */
    public static void play(Callable<Integer> program, String[] args) {
        cleanUpOnSignal(Thread.currentThread());
        int code = new CommandLine(program)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    if (failure instanceof InterruptedException) {
                        line.getErr().println("Interrupted: there is no result.");
                        return INTERRUPTED;
                    }
                    throw failure;
                })
                .execute(args);
        System.out.flush();
        // Halted, since leaving by exit would wait for the hook, which waits for this thread.
        Runtime.getRuntime().halt(code);
    }

    /** The worker's own clean-up stops all that was started. */
    private static void cleanUpOnSignal(Thread worker) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(worker)));
    }

    private static void cleanUp(Thread worker) {
        worker.interrupt();
        try {
            worker.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Integer call() throws Exception {
        var rows = Row.all().stream()
                .filter(row -> brokers == null || row.brokers() == brokers)
                .filter(row -> only.isEmpty() || only.stream().anyMatch(row.name()::contains))
                .toList();
        if (rows.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "No fault is called like that; --list names all.");
        }
        if (list) {
            rows.forEach(row -> System.out.println(row.name()));
            return 0;
        }
        var harmless = rows.stream().filter(row -> !row.harmsDocker()).toList();
        if (harmless.size() < rows.size() && !System.getProperty("user.name").equals("root")) {
            System.out.println("Not root: the faults of dockerd are left out, as they need one of our own.");
            rows = harmless;
        }
        System.out.printf("seed %d, %d rounds; the parts' output is in %s%n", seed, rounds, LOGS.toAbsolutePath());
        var tallies = new Matrix(rounds, Duration.ofMillis(everyMillis), seed, LOGS, System.out).play(rows);
        new Table(tallies).print(System.out);
        return tallies.stream().allMatch(Tally::flawless) ? 0 : 1;
    }
}
