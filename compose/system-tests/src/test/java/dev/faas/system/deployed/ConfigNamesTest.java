package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the name of each config has its file's digest, because a stack cannot change a config under its name. */
class ConfigNamesTest {
    private static final Path COMPOSE = Path.of("..");
    private static final Pattern CONFIG = Pattern.compile("file: \\./([^,]+), name: \"([^\"]+)\"");

    @ParameterizedTest
    @ValueSource(strings = {"docker-compose.yml", "docker-stack.yml"})
    void theNameOfAConfigEndsWithTheDigestOfItsFile(String file) throws Exception {
        var configs = CONFIG.matcher(Files.readString(COMPOSE.resolve(file)));
        var count = 0;
        while (configs.find()) {
            var content = Files.readAllBytes(COMPOSE.resolve(configs.group(1)));
            assertThat(configs.group(2))
                    .isEqualTo(configs.group(1) + "-" + Sha256.hex(content).substring(0, 12));
            count++;
        }
        assertThat(count).isEqualTo(4);
    }
}
