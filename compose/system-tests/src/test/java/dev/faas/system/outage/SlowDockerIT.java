package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import dev.faas.system.Client;
import dev.faas.testing.FaultyLink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a Docker that answers after a minute. */
@Timeout(300)
class SlowDockerIT {
    private static final Duration ANSWERS_AFTER = Duration.ofMinutes(1);

    @TempDir
    Path data;

    @Test
    void whatIsSubmittedMeanwhileIsAcceptedAndRunsOnceDockerIsItselfAgain() throws Exception {
        try (var images = new TestImages(TestImages.dockerHost());
                var link = new FaultyLink(docker());
                var platform = Platform.start(UpOptions.local(
                        data, Map.of("FAAS_DOCKER_HOST", "tcp://127.0.0.1:" + link.port(), "FAAS_SLOTS", "4")));
                var load = SteadyLoad.start(platform, images)) {
            var bob = Client.register(platform.api());
            bob.function("slow", images.script("/bin/busybox sleep 5; echo slow"));
            bob.run("slow", "");
            var inFlight = bob.submit("slow", "");

            link.delay(ANSWERS_AFTER);
            load.awaitNothingBut(true, ANSWERS_AFTER.plusSeconds(10));
            bob.get("/v1/activations").expect(200);
            Client.register(platform.api()).get("/v1/auth/me").expect(200);
            var waits = bob.submit("slow", "");
            var explained = bob.get("/v1/activations/" + waits + "/explain").expect(200);
            assertThat(explained.json().path("why").asText())
                    .as(explained.text())
                    .isEqualTo("no_spawner");
            assertThat(explained.json().path("detail").asText()).contains("Docker does not answer");
            link.restore();

            for (var id : new String[] {inFlight, waits}) {
                var record = bob.ended(id);
                assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            }
            load.accountForAll(platform);
        }
    }

    private static SocketAddress docker() {
        var host = TestImages.dockerHost();
        return host.getScheme().equals("unix")
                ? UnixDomainSocketAddress.of(host.getPath())
                : new InetSocketAddress(host.getHost(), host.getPort());
    }
}
