package dev.faas.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The README shows what the client prints today. */
@ExtendWith(WholeSystem.class)
class SessionIT {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();

    @Test
    void theSessionOfTheReadmeLooksLikeThis(WholeSystem.Running system) throws Exception {
        var image = system.images().load(dev.faas.spawner.docker.BusyboxImage.bare());
        try (var client = InstalledClient.install()) {
            // The images of tests have other names.
            var script = Files.writeString(
                    client.home().resolve("session"),
                    Files.readString(ROOT.resolve("docs/session")).replace("busybox", image));
            var typed = "bash %s %s".formatted(script, system.api());
            var run = client.run(new byte[0], List.of("script", "-qec", typed, "/dev/null"));

            assertThat(shape(run.orThrow().replace(image, "busybox"))).isEqualTo(shape(sessionOfTheReadme()));
        }
    }

    private static String sessionOfTheReadme() throws Exception {
        var readme = Files.readString(ROOT.resolve("README.md"));
        var begin = readme.indexOf("```", readme.indexOf("<!-- session -->"));
        return readme.substring(readme.indexOf('\n', begin) + 1, readme.indexOf("```", begin + 3));
    }

    /** Without what differs each time: ids, hashes in names, numbers, and the blanks that align columns. */
    private static String shape(String text) {
        // The progress line is drawn, and removed.
        return text.replaceAll("\r\u001b\\[K[^\r\n]*(?=\r\u001b)", "")
                .replace("\r\u001b[K", "")
                .replace("\r", "")
                .replaceAll("run-[a-z0-9]{10}", "run-HASH")
                .replaceAll("[0-9a-z]{26}", "ID")
                .replaceAll("[0-9][0-9.:TZ-]*(ms|s|m)?", "N")
                .replaceAll("[\\t ]+", " ")
                .replaceAll(" +\n", "\n");
    }
}
