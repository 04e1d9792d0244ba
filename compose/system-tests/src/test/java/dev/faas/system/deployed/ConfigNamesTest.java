package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the configs of compose: a stack cannot change one under its name, so each name has its file's digest. Compose does not
 * look at them, so the labels of the services have the names, too.
 */
class ConfigNamesTest {
    private static final Path COMPOSE = Path.of("..");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern CONFIG = Pattern.compile("file: \\./([^,]+), name: \"([^\"]+)\"");

    @ParameterizedTest
    @CsvSource({"docker-compose.yml, 4", "docker-compose.tls.yml, 3", "docker-stack.yml, 4", "docker-stack.tls.yml, 3"})
    void theNameOfAConfigEndsWithTheDigestOfItsFile(String file, int number) throws Exception {
        var text = Files.readString(COMPOSE.resolve(file));
        var configs = CONFIG.matcher(text);
        var count = 0;
        while (configs.find()) {
            var content = Files.readAllBytes(COMPOSE.resolve(configs.group(1)));
            assertThat(configs.group(2))
                    .isEqualTo(configs.group(1) + "-" + Sha256.hex(content).substring(0, 12));
            if (file.startsWith("docker-compose")) {
                assertThat(text)
                        .containsPattern(
                                "labels: \\{ faas\\.(tls\\.)?configs: \"[^\"]*" + Pattern.quote(configs.group(2)));
            }
            count++;
        }
        assertThat(count).isEqualTo(number);
    }

    /** Sealed with the new key from now on; what was sealed with the old one still opens. */
    @Test
    void aRenewedSealKeyComesBeforeTheOldOne(@TempDir Path directory) throws Exception {
        var secrets = new Shell(directory, Map.of("PATH", directory + ":" + System.getenv("PATH")));
        var script = COMPOSE.resolve("secrets").toAbsolutePath();
        secrets.line(LIMIT, "printf '#!/bin/sh\\n' >chown; chmod +x chown; bash " + script + " make .");
        var old = Files.readString(directory.resolve("seal-private"));

        secrets.line(LIMIT, "bash " + script + " renew . seal-private");

        assertThat(Files.readString(directory.resolve("seal-private")))
                .endsWith(old)
                .hasSize(2 * old.length());
        assertThat(secrets.line(LIMIT, "openssl pkey -in seal-private -pubout"))
                .isEqualTo(Files.readString(directory.resolve("seal-public")).strip())
                .isNotEqualTo(secrets.line(LIMIT, "tail -n 3 seal-private | openssl pkey -pubout"));
    }
}
