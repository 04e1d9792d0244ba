package dev.faas.cli;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the help of a verb. */
@Command(
        name = "help",
        description = "Print the list of verbs, or the help of one.",
        footer = {"", "Examples:", "  faas help", "  faas help context list", "", "Exit codes: 0 fine, 2 no such verb."
        })
final class HelpCommand extends Verb {
    /** Verbs of docker's. */
    private static final Map<String, String> DOCKERS = Map.of("stop", "cancel", "kill", "cancel", "rm", "delete");

    @Parameters(arity = "0..*", paramLabel = "VERB", description = "The verb, and its subcommand.")
    private List<String> words = List.of();

    @Override
    protected int run(Session session) {
        var command = spec().root().commandLine();
        for (var word : words) {
            var next = command.getSubcommands().get(word);
            if (next == null) {
                throw unknown(command, word);
            }
            command = next;
        }
        session.output().streams().out(command.getUsageMessage(command.getColorScheme()));
        return Exit.OK;
    }

    /** The verb of that name in a group of {@code command}, such as {@code faas activation cancel}. */
    private static Optional<String> subcommand(CommandLine command, String word) {
        return command.getSubcommands().values().stream()
                .map(group -> group.getSubcommands().get(word))
                .filter(Objects::nonNull)
                .map(verb -> verb.getCommandSpec().qualifiedName())
                .findFirst();
    }

    /** The failure for a word that is no verb of {@code command}. */
    static Failure unknown(CommandLine command, String word) {
        if (command.getParent() == null) {
            var unavailable = UnavailableVerbs.failure(word);
            if (unavailable.isPresent()) {
                return unavailable.get();
            }
        }
        var spec = command.getCommandSpec();
        var listing = spec.qualifiedName() + " --help";
        var visible = spec.subcommands().entrySet().stream()
                .filter(verb -> !verb.getValue().getCommandSpec().usageMessage().hidden())
                .map(Map.Entry::getKey)
                .toList();
        return visible.isEmpty()
                ? Failure.usage("\"%s\" has no subcommands".formatted(spec.qualifiedName()), "See: " + listing)
                : Failure.usage(
                        "no verb \"%s\"".formatted(word),
                        subcommand(command, DOCKERS.getOrDefault(word, word))
                                .map(verb -> "did you mean \"%s\"?".formatted(verb))
                                .orElseGet(() -> Suggestion.line(word, visible, listing)));
    }
}
