package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests a restart of the whole platform on the same data, with queued and running work. */
class RestartIT {
    @Test
    void aRestartWithWorkQueuedAndRunningLosesNothing() throws Exception {
        var data = Files.createTempDirectory("faas-restart-");
        var settings = Map.of("FAAS_SLOTS", "2", "FAAS_GRACE", "1s");
        var name = "user-" + UUID.randomUUID().toString().substring(0, 12);
        var ids = new ArrayList<String>();
        try (var images = new TestImages(TestImages.dockerHost())) {
            var image = images.script("sleep 3; echo $1");
            try (var platform = Platform.start(UpOptions.local(data, settings))) {
                var ada = Client.register(platform.api(), name);
                ada.function("slow", image);
                for (int i = 0; i < 6; i++) {
                    ids.add(ada.submit("slow", Integer.toString(i)));
                }
                ada.awaitStatus(ids.getFirst(), "running");
            }

            try (var platform = Platform.start(UpOptions.local(data, settings))) {
                var ada = Client.login(platform.api(), name);
                for (int i = 0; i < ids.size(); i++) {
                    var record = ada.ended(ids.get(i));
                    assertThat(record.path("status").asText())
                            .as(record.toString())
                            .isEqualTo("succeeded");
                    assertThat(record.path("result").asText()).isEqualTo(i + "\n");
                    assertThat(record.path("attempt").asInt()).isEqualTo(1);
                }
            }
        } finally {
            Directories.delete(data);
        }
    }
}
