package dev.faas.cli;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command of the client. */
public abstract class Verb implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Override
    public final Integer call() throws Exception {
        return run(((FaasCommand) spec().root().userObject()).session());
    }

    protected final CommandSpec spec() {
        return Objects.requireNonNull(spec);
    }

    /** @return the exit code */
    protected abstract int run(Session session) throws Exception;

    /** More than that an option is unknown.
     *
     * @param word as it was typed
     */
    protected Optional<Failure> explainUnknown(String word) {
        var name = optionName(word);
        if (!name.startsWith("--")) {
            return Optional.empty();
        }
        var known = spec().options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .toList();
        return Suggestion.closest(name, known)
                .map(option -> Failure.usage("no option " + name, "did you mean %s?".formatted(option)));
    }

    /** Without its value. */
    protected static String optionName(String word) {
        int end = word.indexOf('=');
        return end < 0 ? word : word.substring(0, end);
    }

    /** The exit code for a failure; {@code run} replaces those that are not its command's. */
    protected int exitOf(Failure failure) {
        return failure.exit();
    }
}
