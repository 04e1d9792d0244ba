package dev.faas.cli.completion;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Where the cursor is: in which verb, and at the value of which option or parameter.
 *
 * @param option whose value is being typed; null: none
 * @param parameters that stand before the cursor
 * @param last the word that is being typed
 * @param onlyParameters after {@code --}
 */
record WordContext(CommandLine verb, @Nullable OptionSpec option, int parameters, String last, boolean onlyParameters) {
    /** Their name is a new one. */
    private static final Set<String> NAMING = Set.of("create");

    /** @param words behind the program's name; the last one is being typed, and may be empty */
    static WordContext of(CommandLine root, List<String> words) {
        var context = new WordContext(root, null, 0, words.isEmpty() ? "" : words.getLast(), false);
        for (int i = 0; i < words.size() - 1; i++) {
            context = context.after(words.get(i));
        }
        return context;
    }

    private WordContext after(String word) {
        if (option != null) {
            return new WordContext(verb, null, parameters, last, onlyParameters);
        }
        if (isInContainer()) {
            return this;
        }
        if (word.equals("--") && !onlyParameters) {
            return new WordContext(verb, null, parameters, last, true);
        }
        if (word.startsWith("-") && word.length() > 1 && !onlyParameters) {
            var named = verb.getCommandSpec().findOption(word);
            return new WordContext(
                    verb, named != null && named.arity().min() > 0 ? named : null, parameters, last, false);
        }
        var next = parameters == 0 ? verb.getSubcommands().get(word) : null;
        return next == null
                ? new WordContext(verb, null, parameters + 1, last, onlyParameters)
                : new WordContext(next, null, 0, last, false);
    }

    /** The words behind an image belong to a command that is not ours. */
    private boolean isInContainer() {
        return verb.getCommandSpec().parser().stopAtPositional() && parameters > 0;
    }

    List<Candidate> candidates(Names names) {
        return all(names)
                .filter(candidate ->
                        candidate.equals(Candidate.FILES) || candidate.word().startsWith(last))
                .toList();
    }

    private Stream<Candidate> all(Names names) {
        if (option != null) {
            return values(option, names, "", last);
        }
        if (isInContainer()) {
            return Stream.of(Candidate.FILES);
        }
        int equals = last.indexOf('=');
        if (last.startsWith("--") && equals > 0 && !onlyParameters) {
            return Optional.ofNullable(verb.getCommandSpec().findOption(last.substring(0, equals))).stream()
                    .flatMap(found -> values(found, names, last.substring(0, equals + 1), last.substring(equals + 1)));
        }
        if (last.startsWith("-") && !onlyParameters) {
            return options();
        }
        return Stream.concat(parameters == 0 && !onlyParameters ? verbs() : Stream.of(), parameter(names));
    }

    private Stream<Candidate> options() {
        return verb.getCommandSpec().options().stream()
                .filter(each -> !each.hidden())
                .sorted(java.util.Comparator.comparing(OptionSpec::inherited))
                .flatMap(each -> Arrays.stream(each.names())
                        .filter(name -> name.startsWith("--") || last.length() < 2)
                        .map(name -> new Candidate(name, first(each.description()))));
    }

    private Stream<Candidate> verbs() {
        var seen = new HashSet<CommandLine>();
        return verb.getSubcommands().values().stream()
                .filter(seen::add)
                .map(CommandLine::getCommandSpec)
                .filter(spec -> !spec.usageMessage().hidden())
                .flatMap(spec -> Stream.concat(
                                Stream.of(spec.name()), last.isEmpty() ? Stream.of() : Stream.of(spec.aliases()))
                        .map(name ->
                                new Candidate(name, first(spec.usageMessage().description()))));
    }

    private Stream<Candidate> parameter(Names names) {
        return verb.getCommandSpec().positionalParameters().stream()
                .filter(each -> each.index().contains(parameters))
                .findFirst()
                .stream()
                .flatMap(each -> isVerbOfHelp(each) ? verbsOfHelp() : values(each, names, "", last));
    }

    private boolean isVerbOfHelp(PositionalParamSpec parameter) {
        return parameter.paramLabel().equals("VERB");
    }

    private Stream<Candidate> verbsOfHelp() {
        var root = verb.getParent();
        return parameters > 0 || root == null ? Stream.of() : new WordContext(root, null, 0, last, false).verbs();
    }

    /**
     * @param before what stands before the value in the same word
     * @param typed of the value
     */
    private Stream<Candidate> values(ArgSpec argument, Names names, String before, String typed) {
        // Of a list such as "failed,exp", only the end is completed.
        int comma = argument.splitRegex().equals(",") ? typed.lastIndexOf(',') + 1 : 0;
        var kept = before + typed.substring(0, comma);
        return values(argument, names)
                .map(value -> value.equals(Candidate.FILES)
                        ? value
                        : new Candidate(kept + value.word(), value.description()));
    }

    private Stream<Candidate> values(ArgSpec argument, Names names) {
        if (argument.completionCandidates() != null) {
            return StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                    .map(Candidate::of);
        }
        var kinds = List.of(argument.paramLabel().split("[^A-Z]+"));
        var found = new ArrayList<Candidate>();
        if (argument instanceof OptionSpec option) {
            found.addAll(option.longestName().equals("--context") ? names.contexts() : List.of());
        } else if (kinds.contains("NAME") && !NAMING.contains(verb.getCommandName())) {
            found.addAll(isBelow("context") ? names.contexts() : names.functions());
        }
        if (kinds.contains("FUNCTION") || kinds.contains("REF")) {
            found.addAll(names.functions());
        }
        if (kinds.contains("ID") || kinds.contains("REF")) {
            found.addAll(names.activations());
        }
        if (kinds.contains("KEY") && argument instanceof PositionalParamSpec) {
            found.addAll(names.keys());
        }
        if (kinds.contains("SECRET")) {
            found.addAll(names.secrets());
        }
        if (kinds.contains("SCHEDULE")) {
            found.addAll(names.schedules());
        }
        if (kinds.contains("HOOK")) {
            found.addAll(names.hooks());
        }
        if (kinds.contains("SOURCE")) {
            found.addAll(names.sources());
        }
        if (kinds.contains("DESTINATION")) {
            found.addAll(names.destinations());
        }
        if (kinds.contains("DELIVERY")) {
            found.addAll(names.deliveries());
        }
        if (kinds.contains("JOB")) {
            found.addAll(names.jobs());
        }
        if (kinds.contains("BATCH")) {
            found.addAll(names.batches());
        }
        if (kinds.contains("SESSION")) {
            found.addAll(names.sessions());
        }
        if (kinds.contains("USER")) {
            found.addAll(names.users());
        }
        if (kinds.contains("INVITATION")) {
            found.addAll(names.invitations());
        }
        if (kinds.contains("FILE") || kinds.contains("DIR")) {
            found.add(Candidate.FILES);
        }
        return found.stream();
    }

    private boolean isBelow(String group) {
        return List.of(verb.getCommandSpec().qualifiedName(" ").split(" ")).contains(group);
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0];
    }
}
