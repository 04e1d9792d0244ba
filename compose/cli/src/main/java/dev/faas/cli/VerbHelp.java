package dev.faas.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lays out the help of a verb with its own options only. That of the root has the options of all verbs, and the verbs in groups. */
final class VerbHelp extends Help {
    private static final Map<String, List<String>> GROUPS = groups();
    static final List<String> SECTIONS = List.of(
            UsageMessageSpec.SECTION_KEY_SYNOPSIS_HEADING,
            UsageMessageSpec.SECTION_KEY_SYNOPSIS,
            UsageMessageSpec.SECTION_KEY_DESCRIPTION,
            UsageMessageSpec.SECTION_KEY_PARAMETER_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_PARAMETER_LIST,
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
            UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_OPTION_LIST,
            UsageMessageSpec.SECTION_KEY_FOOTER);
    private static final int INDENT = 2;
    private static final int GAP = 2;
    /** A blank at which no line is broken. */
    private static final char TIE = '\u00a0';

    VerbHelp(CommandSpec spec, ColorScheme colours) {
        super(spec, colours);
    }

    private static Map<String, List<String>> groups() {
        var groups = new LinkedHashMap<String, List<String>>();
        groups.put("Start", List.of("register", "login", "logout", "whoami", "run", "invoke", "attach"));
        groups.put(
                "Functions",
                List.of(
                        "function",
                        "fn",
                        "schedule",
                        "hook",
                        "source",
                        "subject",
                        "destination",
                        "delivery",
                        "callback-secret",
                        "apply",
                        "diff",
                        "secret",
                        "top",
                        "stats"));
        groups.put("Activations", List.of("activation", "ps", "events", "batch", "job", "dead-letter", "logs", "open"));
        groups.put("Accounts", List.of("key", "sessions", "password", "account", "quota", "admin"));
        groups.put("More", List.of());
        return groups;
    }

    private boolean isRoot() {
        return commandSpec().parent() == null;
    }

    @Override
    public String synopsis(int headingLength) {
        var words = new ArrayList<String>();
        words.add(commandSpec().qualifiedName());
        if (!options().isEmpty()) {
            words.add("[options]");
        }
        commandSpec().positionalParameters().stream()
                .filter(each -> !each.hidden())
                .map(VerbHelp::label)
                .forEach(words::add);
        if (!commandSpec().subcommands().isEmpty()) {
            words.add(commandSpec().userObject() instanceof VerbGroup ? "VERB" : "[VERB]");
        }
        return colorScheme().text(String.join(" ", words)) + System.lineSeparator();
    }

    private static String label(PositionalParamSpec parameter) {
        var label = parameter.paramLabel();
        if (label.contains(" ") || label.contains("[") || label.contains("…")) {
            return label;
        }
        var repeated = parameter.arity().max() > 1 ? label + "…" : label;
        return parameter.arity().min() == 0 ? "[" + repeated + "]" : repeated;
    }

    /** In the order of their declaration, which is by importance, then those with an order; the help option is last. */
    private List<OptionSpec> options() {
        return commandSpec().options().stream()
                .filter(option -> !option.hidden() && (isRoot() || !option.inherited()))
                .sorted(Comparator.comparing(OptionSpec::usageHelp).thenComparingInt(OptionSpec::order))
                .toList();
    }

    @Override
    public String optionListHeading(Object... params) {
        return options().isEmpty() ? "" : heading(isRoot() ? "Global options, which every verb takes" : "Options");
    }

    @Override
    public String optionList() {
        var layout = createDefaultLayout(options(), List.of(), colorScheme());
        layout.addOptions(options(), new LabelRenderer());
        return layout.toString();
    }

    @Override
    public String parameterListHeading(Object... params) {
        return visibleParameters().isEmpty() ? "" : heading("Arguments");
    }

    private List<PositionalParamSpec> visibleParameters() {
        return commandSpec().positionalParameters().stream()
                .filter(parameter -> !parameter.hidden() && parameter.description().length > 0)
                .toList();
    }

    @Override
    public String parameterList() {
        var layout = createDefaultLayout(List.of(), visibleParameters(), colorScheme());
        layout.addPositionalParameters(visibleParameters(), new LabelRenderer());
        return layout.toString();
    }

    private final class LabelRenderer implements IParamLabelRenderer {
        @Override
        public Text renderParameterLabel(ArgSpec argument, Ansi ansi, List<IStyle> styles) {
            return colorScheme()
                    .text(
                            argument instanceof OptionSpec option
                                    ? label(option)
                                    : VerbHelp.label((PositionalParamSpec) argument));
        }

        private static String label(OptionSpec option) {
            if (option.arity().max() == 0) {
                return "";
            }
            var value = (option.longestName().startsWith("--") ? "=" : " ") + option.paramLabel();
            return option.arity().min() == 0 ? "[" + value + "]" : value;
        }

        @Override
        public String separator() {
            return "";
        }
    }

    @Override
    public String commandListHeading(Object... params) {
        return isRoot() ? "" : commandSpec().subcommands().isEmpty() ? "" : heading("Commands");
    }

    @Override
    public String commandList(Map<String, Help> subcommands) {
        var verbs = subcommands.values().stream().map(Help::commandSpec).toList();
        int width = verbs.stream().mapToInt(verb -> names(verb).length()).max().orElse(0);
        if (!isRoot()) {
            return lines(verbs, width);
        }
        var named = GROUPS.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        var text = new StringBuilder();
        GROUPS.forEach((title, members) -> {
            var shown = verbs.stream()
                    .filter(verb -> members.isEmpty() ? !named.contains(verb.name()) : members.contains(verb.name()))
                    .sorted(Comparator.comparingInt(verb -> members.indexOf(verb.name())))
                    .toList();
            text.append(shown.isEmpty() ? "" : heading(title) + lines(shown, width));
        });
        return text.toString();
    }

    private String heading(String text) {
        return "\n" + colorScheme().text("@|bold " + text + ":|@") + "\n";
    }

    private static String names(CommandSpec verb) {
        return String.join(
                ", ",
                Stream.concat(Stream.of(verb.name()), Stream.of(verb.aliases())).toList());
    }

    private String lines(List<CommandSpec> verbs, int width) {
        var text = new StringBuilder();
        int column = INDENT + width + GAP;
        for (var verb : verbs) {
            var description = wrap(
                    Stream.of(verb.usageMessage().description()).findFirst().orElse(""),
                    commandSpec().usageMessage().width() - column);
            text.append(" ".repeat(INDENT))
                    .append(colorScheme().commandText(names(verb)))
                    .append(" ".repeat(column - INDENT - names(verb).length()))
                    .append(String.join("\n" + " ".repeat(column), description))
                    .append('\n');
        }
        return text.toString();
    }

    private static List<String> wrap(String text, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /** No line ends with the number of an exit code. */
    private static String withItsWord(String line) {
        return line.replaceAll("([0-9]) ", "$1" + TIE);
    }

    @Override
    public String footer(Object... params) {
        var text = new StringBuilder();
        for (var line : commandSpec().usageMessage().footer()) {
            // An example stays in one line, so that it can be copied.
            var lines = line.startsWith(" ")
                    ? List.of(line)
                    : wrap(withItsWord(line), commandSpec().usageMessage().width() - 1);
            lines.forEach(each -> text.append(each.replace(TIE, ' ')).append('\n'));
        }
        return text + (isRoot() ? "\nHelp of a verb: faas help VERB\n" : "\nGlobal options: faas --help\n");
    }
}
