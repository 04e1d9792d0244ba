package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.faas.cli.output.Streams;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The rules that every verb keeps, read from the model of all verbs. */
class VerbsTest {
    private static CommandLine commands() {
        var streams = new Streams(new ByteArrayOutputStream(), new ByteArrayOutputStream());
        var terminal = new Terminal(false, false, false, 80, true, Map.of());
        return Main.commands(new FaasCommand(terminal, streams), terminal);
    }

    static List<String> verbs() {
        var names = new ArrayList<String>();
        collect(commands(), names);
        return names;
    }

    private static void collect(CommandLine command, List<String> names) {
        command.getSubcommands().values().stream().distinct().forEach(verb -> {
            if (!verb.getCommandSpec().usageMessage().hidden()) {
                names.add(verb.getCommandSpec().qualifiedName().substring("faas ".length()));
                collect(verb, names);
            }
        });
    }

    private static ClientRun run(String... args) {
        return new ClientRun.Setup().with("HOME", "/nonexistent").run(args);
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void helpHasADescriptionExamplesAndExitCodesIn80Columns(String verb) {
        var run =
                run(Stream.concat(Stream.of("help"), Stream.of(verb.split(" "))).toArray(String[]::new));

        assertThat(run.exit()).isZero();
        assertThat(run.out()).startsWith("Usage: faas " + verb).endsWith("\nGlobal options: faas --help\n");
        assertThat(run.out().lines().skip(1).findFirst())
                .hasValueSatisfying(line -> assertThat(line).isNotBlank().endsWith("."));
        assertThat(run.out()).contains("\nExit codes: ").doesNotContain("--retry-for");
        assertThat(run.out().substring(run.out().indexOf("\nExit codes: "))).doesNotContainPattern("[0-9]\n");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(examples(verb)).hasSizeGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void examplesAreAccepted(String verb) {
        assertThat(examples(verb))
                .allSatisfy(example -> assertThatCode(
                                () -> commands().parseArgs(words(example).toArray(String[]::new)))
                        .doesNotThrowAnyException());
    }

    /** The indented lines below "Examples:". */
    private static List<String> examples(String verb) {
        var command = commands();
        for (var word : verb.split(" ")) {
            command = command.getSubcommands().get(word);
        }
        return Arrays.stream(command.getCommandSpec().usageMessage().footer())
                .dropWhile(line -> !line.equals("Examples:"))
                .filter(line -> line.startsWith("  "))
                .toList();
    }

    /** As a shell splits them; what is substituted becomes one word, and what follows a pipe or a redirection is not ours. */
    private static List<String> words(String example) {
        var line = example.strip()
                .replaceAll("^[a-z ]+ \\| ", "")
                .replaceAll("\\$\\([^)]*\\)", "x")
                .replaceAll(" (\\||>|<|#|&&) .*", "")
                .replaceFirst("^.*?faas ", "");
        var words = new ArrayList<String>();
        var pattern =
                java.util.regex.Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)").matcher(line);
        while (pattern.find()) {
            words.add(
                    pattern.group(1) != null
                            ? pattern.group(1)
                            : pattern.group(2) != null ? pattern.group(2) : pattern.group(3));
        }
        return words;
    }

    @Test
    void helpOfTheProgramGroupsTheVerbsAndListsTheGlobalOptions() {
        var run = run("help");

        assertThat(run.exit()).isZero();
        assertThat(run).isEqualTo(run("--help"));
        assertThat(run.out())
                .startsWith("Usage: faas [options] VERB\n")
                .contains(
                        "\nStart:\n",
                        "\nActivations:\n  activation, act",
                        "\nMore:\n",
                        "--json[=FIELDS]",
                        "--retry-for")
                .doesNotContain("__complete", "connection");
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void theProgramAlonePrintsItsHelp() {
        assertThat(run()).isEqualTo(run("--help"));
    }

    @Test
    void theVersionIsAnOptionToo() {
        assertThat(run("--version")).isEqualTo(run("version"));
        assertThat(run("--version").out()).startsWith("faas ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"project", "connection"})
    void reservedVerbsAreNotAvailableYet(String verb) {
        var expected = new ClientRun(
                Exit.USAGE, "", "faas: \"%s\" is not available yet\nList the verbs: faas help\n".formatted(verb));

        assertThat(run(verb, "list", "--all")).isEqualTo(expected);
        assertThat(run("help", verb)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'help contxt', 'did you mean \"context\"? List them: faas --help'",
        "'contxt list', 'did you mean \"context\"? List them: faas --help'",
        "'act lst', 'did you mean \"list\"? List them: faas activation --help'",
        "'help up', 'Run it in a clone of the project: ./faas up'",
        "'act list --stat failed', 'did you mean --status?'",
        "'stop 1', 'did you mean \"faas activation cancel\"?'",
        "'admin create anna', 'did you mean \"faas admin user create\"?'",
        "'admin users', 'did you mean \"user\"? List them: faas admin --help'",
        "'keys', 'did you mean \"key\"? List them: faas --help'",
        "'wait 1', 'did you mean \"faas activation wait\"?'",
    })
    void unknownWordsAreRefusedWithAWayOn(String line, String advice) {
        var run = run(line.split(" "));

        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).endsWith("\n" + advice + "\n");
    }
}
