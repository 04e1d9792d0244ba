package dev.faas.system.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Private names and riddles that the project once had do not come back; docs/glossary.md says what replaced them. */
class PlainWordsTest {
    private static final int MOST_FILES = 25;

    private static final Set<String> OLD_NAMES = words("""
            SpawnerBeat Turns Lines Line Supply Deference Rotation PoolLine PoolLines Lent Idle Order Wanted Patience
            Standing Place Means Lifespan Parked Ending Answer Wakefulness Withdrawal Expiry Requeue StalledCommands
            LostRuns Leftovers Retirement Forgetting Sweep CopyShelf Abreast Refreshed OpenAnswers Undisturbed Estimate
            Deeds Customer Forger Scene Scrutiny Sabotage Arrivals Visit Visitor""");

    /** As nested types these are something else: an HTTP answer, the rotation of a refresh token. */
    private static final Set<String> NESTED_ELSEWHERE = Set.of("Answer", "Rotation");

    private static final List<String> OLD_SENTENCES = List.of(
            "whoever",
            "Whoever",
            "as mighty as root",
            "nobody else's problem",
            "toss it to and fro",
            "The bus has lost it",
            "what became of it nobody knows",
            "What this activation was to run is kept no longer",
            "Who gets the old one is about to write");

    private static final Path GLOSSARY = Path.of("docs", "glossary.md");
    private static final Pattern COMMENT_OR_TEXT =
            Pattern.compile("/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"", Pattern.DOTALL);
    private static final Pattern TYPE_NAME = Pattern.compile("\\b[A-Z]\\w*");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[\\s*/#\"+]+");

    @Test
    void noTypeHasAnOldName() throws IOException {
        var found = SourceTree.files(".java").stream()
                .filter(file -> OLD_NAMES.contains(file.getFileName().toString().replace(".java", "")))
                .map(Path::toString);

        assertThat(found).isEmpty();
    }

    @Test
    void noMainSourceUsesAnOldName() throws IOException {
        var found = new ArrayList<String>();
        for (var file : mainSources()) {
            var code = COMMENT_OR_TEXT.matcher(SourceTree.read(file)).replaceAll(" ");
            var used =
                    TYPE_NAME.matcher(code).results().map(name -> name.group()).collect(Collectors.toSet());
            used.retainAll(OLD_NAMES);
            used.removeAll(NESTED_ELSEWHERE);
            used.forEach(name -> found.add(file + ": " + name));
        }

        assertThat(found).isEmpty();
    }

    @Test
    void noOldSentenceIsLeft() throws IOException {
        var found = new ArrayList<String>();
        for (var file : texts()) {
            var text = BETWEEN_WORDS.matcher(SourceTree.read(file)).replaceAll(" ");
            for (var sentence : OLD_SENTENCES) {
                if (text.contains(sentence)) {
                    found.add(file + ": " + sentence);
                }
            }
        }

        assertThat(found).isEmpty();
    }

    @Test
    void noMainPackageHasTooManyFiles() throws IOException {
        var sizes = mainSources().stream().collect(Collectors.groupingBy(Path::getParent, Collectors.counting()));
        sizes.values().removeIf(size -> size <= MOST_FILES);

        assertThat(sizes).isEmpty();
    }

    private static List<Path> mainSources() throws IOException {
        return SourceTree.files(".java").stream()
                .filter(file -> file.toString().contains("src/main/"))
                .toList();
    }

    private static List<Path> texts() throws IOException {
        return SourceTree.files().stream()
                .filter(file -> file.toString().contains("src/main/")
                        || Stream.of(".md", ".yml", ".yaml", ".sh").anyMatch(file.toString()::endsWith))
                .filter(file -> !file.equals(GLOSSARY))
                .toList();
    }

    private static Set<String> words(String text) {
        return new HashSet<>(List.of(text.split("\\s+")));
    }
}
