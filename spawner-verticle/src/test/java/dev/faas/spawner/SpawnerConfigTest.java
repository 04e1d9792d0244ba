package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.config.ImagePolicy;
import dev.faas.spawner.docker.client.EngineConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpawnerConfigTest {

    @Test
    void givenNoSettings_whenRead_thenDefaultsApply() {
        var env = Env.of(Map.of());

        var config = SpawnerConfig.from(env);

        env.check();
        assertThat(config.identity().platform()).isEqualTo("faas");
        assertThat(config.identity().spawner()).matches("[A-Za-z0-9_-]+");
        assertThat(config.work().slots()).isBetween(2, 8 * Runtime.getRuntime().availableProcessors());
        assertThat(config.work().grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.docker().ociRuntime()).isNull();
        assertThat(config.docker().images().maxBytes()).isEqualTo(20L << 30);
        assertThat(config.work().timing().lease()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.docker().policy()).isEqualTo(ImagePolicy.from(Env.of(Map.of("FAAS_PROFILE", "shared"))));
    }

    @Test
    void givenSettings_whenRead_thenTheyApply() {
        var env = Env.of(Map.of(
                "FAAS_PLATFORM_ID", "blue",
                "FAAS_SPAWNER_ID", "node-7",
                "FAAS_SLOTS", "3",
                "FAAS_GRACE", "2m",
                "FAAS_DOCKER_HOST", "tcp://127.0.0.1:2375",
                "FAAS_OCI_RUNTIME", "crun",
                "FAAS_READ_ONLY_ROOT", "true",
                "FAAS_ROOT_MB", "16",
                "FAAS_DISK_FREE_MB", "0"));

        var config = SpawnerConfig.from(env);

        env.check();
        assertThat(config.identity().platform()).isEqualTo("blue");
        assertThat(config.identity().spawner()).isEqualTo("node-7");
        assertThat(config.work().slots()).isEqualTo(3);
        assertThat(config.work().grace()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.docker().host()).hasToString("tcp://127.0.0.1:2375");
        assertThat(config.docker().ociRuntime()).isEqualTo("crun");
        assertThat(config.docker().disk()).isEqualTo(new EngineConfig.Disk(true, 16, 0));
    }

    @Test
    void givenLoginsToRegistries_whenRead_thenTheFileOrItsFolderIsAccepted(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("config.json"), "{}");

        for (var given : List.of(file, folder)) {
            var env = Env.of(Map.of("FAAS_DOCKER_CONFIG", given.toString(), "FAAS_IMAGES_MAX_MB", "3"));
            var images = SpawnerConfig.from(env).docker().images();
            env.check();
            assertThat(images.credentials()).isEqualTo(file);
            assertThat(images.maxBytes()).isEqualTo(3 << 20);
        }
    }

    @Test
    void givenMissingLogins_whenRead_thenTheSettingIsNamed(@TempDir Path folder) {
        var env = Env.of(Map.of("FAAS_DOCKER_CONFIG", folder.toString()));
        SpawnerConfig.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_DOCKER_CONFIG")
                .hasMessageContaining("config.json");
    }

    @Test
    void givenInvalidIds_whenRead_thenBothAreNamedAtOnce() {
        var env = Env.of(Map.of("FAAS_SPAWNER_ID", "a.b", "FAAS_PLATFORM_ID", "*", "FAAS_SLOTS", "0"));
        SpawnerConfig.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_SPAWNER_ID")
                .hasMessageContaining("FAAS_PLATFORM_ID")
                .hasMessageContaining("FAAS_SLOTS");
    }
}
