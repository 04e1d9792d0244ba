package dev.faas.standalone;

import dev.faas.http.Version;
import dev.faas.lifecycle.HostNames;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code ./faas}. */
@Command(
        name = "faas",
        description = "A self-hosted, asynchronous, event-driven functions platform.",
        mixinStandardHelpOptions = true,
        subcommands = {UpCommand.class, DemoCommand.class, BenchCommand.class})
final class Main {
    private static final int USAGE = 2;
    /** As a shell has it for SIGINT. */
    private static final int STOPPED = 130;

    private Main() {}

    public static void main(String[] args) {
        // Both before the first logger: the configuration is read once. Demo and bench tell their own story.
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
            return stopped(failure) ? STOPPED : 1;
        });
        if (args.length == 0) {
            line.usage(System.err);
            System.exit(USAGE);
        }
        System.exit(line.execute(args));
    }

    /** The message of the first cause that has one of its own: what a user can act on. */
    private static String reason(Throwable failure) {
        var message = stopped(failure) ? "stopped" : failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Whoever waited when the signal came says so in its own way. */
    private static boolean stopped(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .anyMatch(InterruptedException.class::isInstance);
    }
}
