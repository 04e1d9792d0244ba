package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsServerTest {
    private static final String STREAM = "{\"name\":\"KEPT\",\"subjects\":[\"kept.>\"],\"storage\":\"file\"}";

    @TempDir
    Path directory;

    @Test
    void givenNothing_whenStarted_thenClientsAndMonitoringAreAnsweredOnLoopback() throws Exception {
        try (var nats = NatsServer.start(directory);
                var client = new RawNats(nats.port(), "")) {
            assertThat(client.request("$JS.API.INFO", "")).contains("account_info_response");
            assertThat(get(nats.monitoringUrl() + "/healthz")).contains("ok");
            assertThat(nats.url()).isEqualTo("nats://127.0.0.1:" + nats.port());
        }
    }

    @Test
    void givenAStream_whenKilledAndRestarted_thenItIsThereOnTheSamePort() throws Exception {
        try (var nats = NatsServer.start(directory)) {
            var port = nats.port();
            var monitoring = nats.monitoringUrl();
            try (var client = new RawNats(port, "")) {
                client.request("$JS.API.STREAM.CREATE.KEPT", STREAM);
                assertThat(client.request("kept.one", "hello")).contains("\"seq\":1");
            }
            nats.kill();
            assertThatThrownBy(() -> new RawNats(port, "")).isInstanceOf(IOException.class);
            nats.restart();

            assertThat(nats.port()).isEqualTo(port);
            assertThat(nats.monitoringUrl()).isEqualTo(monitoring);
            try (var client = new RawNats(port, "")) {
                assertThat(client.request("$JS.API.STREAM.INFO.KEPT", "")).contains("\"messages\":1");
            }
        }
    }

    @Test
    void givenTwoAtOnce_whenStarted_thenTheyShareNothing() throws Exception {
        try (var one = NatsServer.start(directory.resolve("one"));
                var other = NatsServer.start(directory.resolve("other"));
                var client = new RawNats(one.port(), "");
                var otherClient = new RawNats(other.port(), "")) {
            client.request("$JS.API.STREAM.CREATE.KEPT", STREAM);
            assertThat(one.port()).isNotEqualTo(other.port());
            assertThat(otherClient.request("$JS.API.STREAM.INFO.KEPT", "")).contains("stream not found");
        }
    }

    @Test
    void givenItIsClosed_whenAskedAgain_thenItsProcessIsGone() throws Exception {
        var nats = NatsServer.start(directory);
        var process = ProcessHandle.of(nats.pid()).orElseThrow();
        nats.close();
        nats.close();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void givenNoProgram_whenStarted_thenTheMessageSaysHowToGetIt() {
        assertThatThrownBy(() -> NatsServer.program(Optional.empty()))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("apt-get install nats-server");
    }

    @Test
    void givenABrokenConfiguration_whenStarted_thenTheMessageCarriesItsReason() throws Exception {
        var config = Files.writeString(directory.resolve("broken.conf"), "authorization { password: $NOT_SET }\n");
        assertThatThrownBy(() -> NatsServer.start(directory, config, Map.of()))
                .isInstanceOf(StartFailed.class)
                .hasMessageContaining("before it was ready")
                .hasMessageContaining("NOT_SET");
    }

    private static String get(String url) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        }
    }
}
