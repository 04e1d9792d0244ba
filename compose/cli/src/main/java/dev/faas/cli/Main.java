package dev.faas.cli;

import dev.faas.cli.output.ClosedPipe;
import dev.faas.cli.output.Streams;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The client's program. All failures are printed here. */
public final class Main {
    /** picocli lays out no narrower one. */
    private static final int NARROWEST_HELP = 55;

    private Main() {}

    public static void main(String[] args) {
        if (Boolean.getBoolean("faas.training")) {
            Training.run();
        }
        System.exit(run(Terminal.ofProcess(), Streams.ofProcess(), args));
    }

    static int run(Terminal terminal, Streams streams, String... args) {
        var root = new FaasCommand(terminal, streams);
        var help = new StringWriter();
        var commands = commands(root, terminal, args)
                .setOut(new PrintWriter(help))
                .setErr(new PrintWriter(help))
                .setParameterExceptionHandler((e, arguments) -> refuse(root, e))
                .setExecutionExceptionHandler((e, command, parsed) -> fail(root, command, e));
        try {
            int exit = commands.execute(args);
            streams.out(help.toString());
            return exit;
        } catch (ClosedPipe e) {
            return Exit.CLOSED_PIPE;
        } catch (Failure e) {
            return print(root, e, e.exit());
        }
    }

    /** The verbs that these words need, as they are parsed and as their help looks. */
    static CommandLine commands(FaasCommand root, Terminal terminal, String... words) {
        var commands = new CommandLine(root);
        Verbs.addTo(commands, words);
        return commands.setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                // A word that begins with @ is an argument or a revision, not a file of words.
                .setExpandAtFiles(false)
                .setHelpFactory(VerbHelp::new)
                .setHelpSectionKeys(VerbHelp.SECTIONS)
                .setUsageHelpWidth(Math.max(NARROWEST_HELP, Math.min(120, terminal.columns())))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.hasColour(false) ? Ansi.ON : Ansi.OFF));
    }

    private static int refuse(FaasCommand root, ParameterException e) {
        var command = e.getCommandLine();
        var unknown = e instanceof UnmatchedArgumentException unmatched
                        && !command.getSubcommands().isEmpty()
                ? unmatched.getUnmatched().stream().findFirst()
                : Optional.<String>empty();
        var failure = unknown.filter(word -> !word.startsWith("-"))
                .map(word -> HelpCommand.unknown(command, word))
                .or(() -> explained(e))
                .orElseGet(() -> Failure.usage(
                        text(e), "See: " + command.getCommandSpec().qualifiedName() + " --help"));
        return print(root, failure, exitOf(command, failure));
    }

    private static Optional<Failure> explained(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                        && unmatched.getCommandLine().getCommand() instanceof Verb verb
                ? unmatched.getUnmatched().stream().findFirst().flatMap(verb::explainUnknown)
                : Optional.empty();
    }

    /** picocli's texts, in this client's words. */
    private static String text(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()
                && !unmatched.isUnknownOption()) {
            return "'%s' is one argument too many"
                    .formatted(unmatched.getUnmatched().getFirst());
        }
        var text = String.valueOf(e.getMessage()).replace("option option", "option");
        if (text.contains("should be in KEY=VALUE format") && e.getArgSpec() instanceof OptionSpec option) {
            return "%s: '%s' is not %s".formatted(option.longestName(), e.getValue(), option.paramLabel());
        }
        return text;
    }

    private static int exitOf(CommandLine command, Failure failure) {
        Object verb = command.getCommand();
        return verb instanceof Verb v ? v.exitOf(failure) : failure.exit();
    }

    private static int fail(FaasCommand root, CommandLine command, Exception e) {
        if (e instanceof ClosedPipe) {
            return Exit.CLOSED_PIPE;
        }
        if (e instanceof Failure failure) {
            return print(root, failure, exitOf(command, failure));
        }
        if (root.isDebugging()) {
            var trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            root.output().streams().err(trace.toString());
        }
        var failure = failureOf(e);
        return print(root, failure, exitOf(command, failure));
    }

    static Failure failureOf(Exception e) {
        return switch (e) {
            case IOException io -> Failure.usage(text(io));
            case UncheckedIOException io when io.getCause() != null -> Failure.usage(text(io.getCause()));
            case InterruptedException stopped -> new Failure(Exit.INTERRUPTED, "interrupted");
            default ->
                new Failure(
                        Exit.DEFECT,
                        "the client failed: " + e,
                        "This is a defect. With --debug it prints where; please report that.");
        };
    }

    /** Of the user's files and standard input: calls of the API report their own failures. */
    private static String text(IOException e) {
        if (e instanceof FileSystemException file && file.getFile() != null) {
            var reason = file.getReason() == null ? e.getClass().getSimpleName() : file.getReason();
            return "cannot read or write %s: %s".formatted(file.getFile(), reason);
        }
        return "cannot read or write: " + e.getMessage();
    }

    private static int print(FaasCommand root, Failure failure, int exit) {
        var output = root.output();
        output.streams().err(ProblemText.of(failure, output.errorsAreJson()));
        return exit;
    }
}
