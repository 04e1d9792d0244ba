package dev.faas.standalone;

import dev.faas.http.Version;
import dev.faas.lifecycle.HostNames;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs the program behind {@code ./faas}. */
@Command(
        name = "faas",
        description = "A self-hosted, asynchronous, event-driven functions platform.",
        mixinStandardHelpOptions = true,
        subcommands = {UpCommand.class, DemoCommand.class, BenchCommand.class})
final class Main {
    private static final int USAGE = 2;
    /** The exit code of shells after SIGINT. */
    private static final int STOPPED_BY_SIGNAL = 130;

    private Main() {}

    public static void main(String[] args) {
        // Both properties precede the first logger, which reads them once. Demo and bench print their own progress.
        System.setProperty("faas.service", "faas");
        if (args.length > 0 && Set.of("demo", "bench").contains(args[0]) && System.getenv("FAAS_LOG_LEVEL") == null) {
            System.setProperty("FAAS_LOG_LEVEL", "ERROR");
        }
        HostNames.configure();
        var line = new CommandLine(new Main());
        var version = Version.current();
        line.getCommandSpec()
                .version("faas %s, commit %s of %s"
                        .formatted(version.version(), version.commit(), version.commitTime()));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("faas: " + reason(failure));
            return isStopped(failure) ? STOPPED_BY_SIGNAL : 1;
        });
        if (args.length == 0) {
            line.usage(System.err);
            System.exit(USAGE);
        }
        System.exit(line.execute(args));
    }

    /** The message for the user; the class name where there is none. */
    private static String reason(Throwable failure) {
        var message = isStopped(failure) ? "stopped" : failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** An interrupted wait may be wrapped in other exceptions. */
    private static boolean isStopped(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(InterruptedException.class::isInstance);
    }
}
