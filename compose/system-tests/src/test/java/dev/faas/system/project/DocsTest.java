package dev.faas.system.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the documents name exists: tests, commands with their options, settings and files. Each test reports all misses. */
class DocsTest {
    private static final Pattern TEST = Pattern.compile("\\b[A-Z]\\w*[a-z](?:Test|IT)\\b");
    private static final Pattern COMMAND = Pattern.compile("\\./faas ([a-z][a-z-]*)([^`\\n#|]*)");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
    private static final Pattern SETTING = Pattern.compile("\\bFAAS_[A-Z0-9_]*[A-Z0-9]");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern FILE = Pattern.compile("[\\w.-]+(?:/[\\w.-]+)*/?");
    private static final Pattern WITH_ENDING =
            Pattern.compile(".*[\\w-]\\.(?:md|java|c|sh|yml|yaml|xml|conf|svg|sql|properties)");
    /** Between white space, with a letter or a digit in it. */
    private static final Pattern WORD = Pattern.compile("\\S*\\w\\S*");

    private static final Pattern SCHEME = Pattern.compile("^[a-z]+:.*");

    private static List<Path> documents;
    private static List<Path> files;
    private static String sources;

    @BeforeAll
    static void read() throws IOException {
        files = SourceTree.files();
        documents = SourceTree.files(".md");
        sources = files.stream()
                .filter(file -> !file.toString().endsWith(".md"))
                .filter(DocsTest::isText)
                .map(SourceTree::read)
                .collect(Collectors.joining("\n"));
        assertThat(documents).isNotEmpty();
    }

    @Test
    void eachTestThatADocumentNamesExists() {
        var tests = files.stream()
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".java"))
                .map(name -> name.replace(".java", ""))
                .collect(Collectors.toSet());

        assertThat(misses(TEST, match -> tests.contains(match.group()))).isEmpty();
    }

    /** A document that grows pushes something out. */
    @Test
    void documentsStayShort() {
        assertThat(documents.stream().mapToLong(DocsTest::words).sum()).isLessThanOrEqualTo(10_000);
        assertThat(words(Path.of("README.md"))).isLessThanOrEqualTo(1_200);
        assertThat(SourceTree.read(Path.of("CHANGELOG.md")).lines()).hasSizeLessThanOrEqualTo(40);
    }

    private static long words(Path document) {
        return WORD.matcher(SourceTree.read(document)).results().count();
    }

    @Test
    void eachCommandThatADocumentNamesExists() {
        var script = SourceTree.read(Path.of("faas"));

        assertThat(misses(
                        COMMAND,
                        match -> script.contains("./faas " + match.group(1))
                                || sources.contains("name = \"" + match.group(1) + "\"")))
                .isEmpty();
    }

    @Test
    void eachOptionThatADocumentGivesACommandExists() {
        assertThat(misses(
                        COMMAND,
                        match -> OPTION.matcher(match.group(2))
                                .results()
                                .allMatch(option -> Pattern.compile(Pattern.quote(option.group()) + "(?![\\w-])")
                                        .matcher(sources)
                                        .find())))
                .isEmpty();
    }

    @Test
    void eachSettingThatADocumentNamesExists() {
        var settings =
                SETTING.matcher(sources).results().map(match -> match.group()).collect(Collectors.toSet());

        assertThat(misses(SETTING, match -> isSetting(match, settings))).isEmpty();
    }

    /** A document may name a family of settings, such as FAAS_NATS_*. */
    private static boolean isSetting(Matcher match, Set<String> settings) {
        return settings.contains(match.group())
                || settings.stream().anyMatch(setting -> setting.startsWith(match.group() + "_"));
    }

    @Test
    void eachLinkOfADocumentLeadsToAFile() {
        var misses = new ArrayList<String>();
        for (var document : documents) {
            LINK.matcher(SourceTree.read(document))
                    .results()
                    .map(match -> match.group(1))
                    .filter(target -> !SCHEME.matcher(target).matches())
                    .filter(target -> !exists(document, target))
                    .forEach(target -> misses.add(document + ": " + target));
        }

        assertThat(misses).isEmpty();
    }

    @Test
    void eachFileThatADocumentNamesExists() {
        var misses = new ArrayList<String>();
        for (var document : documents) {
            CODE.matcher(SourceTree.read(document))
                    .results()
                    .map(match -> match.group(1))
                    .filter(DocsTest::looksLikeOurFile)
                    .filter(name -> !exists(document, name) && !endsAnyPath(name))
                    .forEach(name -> misses.add(document + ": " + name));
        }

        assertThat(misses).isEmpty();
    }

    /** A path that begins in a directory of the project, or a name with the ending of a source; "my…" is the reader's own. */
    private static boolean looksLikeOurFile(String name) {
        if (!FILE.matcher(name).matches() || name.contains("target/") || name.startsWith("my")) {
            return false;
        }
        var first = name.split("/")[0];
        return WITH_ENDING.matcher(name).matches()
                || (name.contains("/") && !first.startsWith(".") && Files.isDirectory(SourceTree.ROOT.resolve(first)));
    }

    private static boolean exists(Path document, String name) {
        var beside = SourceTree.ROOT.resolve(document).resolveSibling(name);
        return Files.exists(beside) || Files.exists(SourceTree.ROOT.resolve(name));
    }

    private static boolean endsAnyPath(String name) {
        return files.stream().anyMatch(file -> file.endsWith(name));
    }

    private static List<String> misses(Pattern pattern, Predicate<Matcher> exists) {
        var misses = new ArrayList<String>();
        for (var document : documents) {
            var match = pattern.matcher(SourceTree.read(document));
            while (match.find()) {
                if (!exists.test(match)) {
                    misses.add(document + ": " + match.group().strip());
                }
            }
        }
        return misses;
    }

    private static boolean isText(Path file) {
        return Stream.of(
                                ".java",
                                ".c",
                                ".h",
                                ".sh",
                                ".yml",
                                ".yaml",
                                ".conf",
                                ".xml",
                                ".sql",
                                ".properties",
                                ".options")
                        .anyMatch(file.toString()::endsWith)
                || !file.getFileName().toString().contains(".");
    }
}
