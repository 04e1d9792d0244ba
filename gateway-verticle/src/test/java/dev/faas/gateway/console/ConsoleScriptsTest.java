package dev.faas.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the console's sources, and its unit tests, which Node runs. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ConsoleScriptsTest {
    private static final Path SOURCES = Path.of("src/main/resources/console");
    private static final int LINES = 200;
    private static final Set<String> LIBRARIES = Set.of("preact", "preact/hooks", "htm", "uplot");
    private static final Pattern IMPORT = Pattern.compile("(?:\\bfrom|\\bimport)\\s*\\(?\\s*['\"]([^'\"\\s]+)['\"]");

    /** The name of an XML vocabulary is no address. */
    private static final Pattern SCHEME =
            Pattern.compile("(?:https?|wss?|ftp|data|javascript)://|(?:https?|data|javascript):[^\\s/]");

    private static final Pattern NAMESPACE = Pattern.compile("xmlns=\"[^\"]*\"");

    /** Each of them makes markup of text, or code of it. */
    private static final Pattern MARKUP = Pattern.compile(
            "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|createContextualFragment|\\beval\\b|new Function");

    static List<Path> sources() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void aSourceKeepsTheRules(Path file) throws IOException {
        var text = Files.readString(file);

        assertThat(file.getFileName().toString()).matches("[a-z0-9]+(?:-[a-z0-9]+)*\\.(?:js|css|html|svg)");
        assertThat(text.lines().count()).isLessThanOrEqualTo(LINES);
        assertThat(text).doesNotContainPattern(MARKUP);
        assertThat(NAMESPACE.matcher(text).replaceAll("")).doesNotContainPattern(SCHEME);
    }

    @ParameterizedTest
    @MethodSource("sources")
    void eachImportIsThere(Path file) throws IOException {
        if (!file.toString().endsWith(".js")) {
            return;
        }
        var imports = IMPORT.matcher(Files.readString(file))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(imports)
                .allSatisfy(
                        name -> assertThat(LIBRARIES.contains(name) || Files.isRegularFile(file.resolveSibling(name)))
                                .as("%s in %s", name, file)
                                .isTrue());
    }

    @Test
    void theTestsOfTheScriptsPass() throws Exception {
        var node = new ProcessBuilder("node", "--import", "./hooks.mjs", "--test", ".")
                .directory(Path.of("src/test/console").toFile())
                .redirectErrorStream(true)
                .start();
        node.getOutputStream().close();
        var output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(node.waitFor()).as(output).isZero();
        assertThat(output).contains("# fail 0").doesNotContain("# pass 0");
    }
}
