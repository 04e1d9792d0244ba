package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs {@code ./faas} with the client that this build made: {@code install}, {@code help}, and what it passes on. */
@Timeout(180)
class InstallIT {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final long LIMIT_SECONDS = 120;

    @TempDir
    Path directory;

    private Path prefix;

    /** The script would build the client again while it is tested: says that it is fresh, as the script does after a build. */
    @BeforeEach
    void markAsFresh() throws Exception {
        prefix = directory.resolve("prefix of mine");
        var commit = "git -c safe.directory='*' -C " + ROOT + " rev-parse HEAD || echo unknown";
        run("{ " + commit + "; } >target/built; touch -r target/faas.jar target/built");
    }

    @Test
    void installsEverythingBelowThePrefixAndRemovesAllOfIt() throws Exception {
        var installed = run(ROOT + "/faas install --prefix '" + prefix + "'");

        assertThat(installed).contains("Installed " + prefix + "/bin/faas").contains("is not in PATH");
        assertThat(files(prefix))
                .contains(
                        "bin/faas",
                        "share/bash-completion/completions/faas",
                        "share/zsh/site-functions/_faas",
                        "share/fish/vendor_completions.d/faas.fish",
                        "share/man/man1/faas.1.gz",
                        "share/man/man1/faas-version.1.gz");
        assertThat(run("'" + prefix + "/bin/faas' version")).startsWith("faas ");
        // Made once: the copy takes the cache of the client in the clone.
        assertThat(files(directory.resolve("cache"))).singleElement().asString().startsWith("faas/faas-");

        run(ROOT + "/faas install --uninstall --prefix '" + prefix + "'");

        assertThat(files(directory)).isEmpty();
    }

    @Test
    void keepsTheFilesOfOthersAndReplacesItsOwn() throws Exception {
        var other = Files.writeString(
                Files.createDirectories(prefix.resolve("share/man/man1")).resolve("other.1"), "");
        run(ROOT + "/faas install --prefix='" + prefix + "'");
        // As if an earlier version had had it.
        Files.writeString(prefix.resolve("share/man/man1/faas-gone.1"), "");
        var list = prefix.resolve("share/faas/installed");
        Files.writeString(list, Files.readString(list) + "share/man/man1/faas-gone.1\n");

        var again = run("PATH=\"" + prefix + "/bin:$PATH\" " + ROOT + "/faas install --prefix='" + prefix + "'");

        assertThat(again).doesNotContain("is not in PATH");
        assertThat(files(prefix)).contains("bin/faas").doesNotContain("share/man/man1/faas-gone.1");

        run(ROOT + "/faas install --uninstall --prefix='" + prefix + "'");

        assertThat(files(prefix)).containsExactly(prefix.relativize(other).toString());
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        assertThat(run(ROOT + "/faas install --prefix here || echo code $?"))
                .contains("full path of a directory, not 'here'")
                .contains("code 1");
        assertThat(run(ROOT + "/faas install --prefix || echo code $?")).contains("code 1");
        assertThat(run(ROOT + "/faas install --to x || echo code $?")).contains("'--to' is unknown");
        assertThat(run(ROOT + "/faas install --uninstall --prefix '" + prefix + "' || echo code $?"))
                .contains("has installed nothing below");
    }

    @Test
    void helpListsTheCommandsOfBothPrograms() throws Exception {
        assertThat(run(ROOT + "/faas help")).contains("./faas demo ", "./faas install ", "version");
    }

    @Test
    void passesOtherCommandsOn() throws Exception {
        assertThat(run(ROOT + "/faas version")).isEqualTo(run("target/faas version"));
    }

    /** The first word says whether the program on this machine or the client does it. */
    @ParameterizedTest
    @CsvSource({
        "list --data /nonexistent, no platform runs on /nonexistent",
        "--data=/nonexistent promote anna, no platform runs on /nonexistent",
        "--data user create anna, no platform runs on user",
        "user list, you are not logged in to",
        "--context list audit, no context \"list\"",
        "'', say what to do: create"
    })
    void theFirstWordBehindAdminChoosesTheProgram(String words, String text) throws Exception {
        assertThat(run(ROOT + "/faas admin " + words)).contains(text);
    }

    /** stdout and stderr together. */
    private String run(String line) throws Exception {
        var process = new ProcessBuilder("bash", "-c", line).redirectErrorStream(true);
        process.environment().put("HOME", directory.toString());
        process.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        process.environment().put("FAAS_NO_CACHE", "1"); // none in the background
        process.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var running = process.start();
        running.getOutputStream().close();
        var output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            running.destroyForcibly();
            throw new IOException(line + " did not end: " + output);
        }
        return output;
    }

    private static List<String> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .toList();
        }
    }
}
