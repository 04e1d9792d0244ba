package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MeasuredPlatformTest {
    @TempDir
    Path directory;

    static final class Start {
        private Start() {}

        public static void main(String[] args) throws Exception {
            var settings = Map.of(
                    "FAAS_NATS_URL", "nats://nowhere",
                    "FAAS_PG_URL", "postgres://nowhere/x",
                    "FAAS_START_TIMEOUT", "never");
            MeasuredPlatform.start(settings, 1).close();
        }
    }

    @Test
    void whenTheStartFails_thenItsDirectoryIsRemoved() throws Exception {
        var environment = Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + directory);

        try (var process = ServiceProcess.service(Start.class, environment)) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.output()).contains("FAAS_START_TIMEOUT");
        }

        try (var left = Files.list(directory)) {
            assertThat(left.filter(file -> file.getFileName().toString().startsWith("faas-")))
                    .isEmpty();
        }
    }
}
