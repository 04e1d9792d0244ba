package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that {@code nats.conf} and {@code nats-start} follow FAAS_SYNC. Needs root, to mount its own /run/secrets. */
@Timeout(60)
class SyncTest {
    private static final Path CONFIGURATION = Path.of("..", "nats.conf");
    private static final Map<String, String> PASSWORDS = Map.of(
            "FAAS_NATS_REGISTRY_PASSWORD", "r1",
            "FAAS_NATS_GATEWAY_PASSWORD", "g1",
            "FAAS_NATS_SPAWNER_PASSWORD", "s1",
            "FAAS_NATS_AUTH_PASSWORD", "a1");
    /** Runs nats-start with passwords, and with a fake nats-server that prints the setting. */
    private static final String CONTAINER = """
            mount -t tmpfs none /run && mkdir /run/secrets /run/bin
            for part in gateway auth registry spawner; do echo secret > /run/secrets/nats-$part; done
            printf '#!/bin/sh\\nprintf %s "$FAAS_NATS_SYNC"\\n' > /run/bin/nats-server
            chmod +x /run/bin/nats-server
            PATH=/run/bin:$PATH exec sh ../nats-start none
            """;

    @TempDir
    Path directory;

    @Test
    void givenAlways_whenNatsStarts_thenItSyncsBeforeEachAcknowledgement() throws Exception {
        assertThat(configuration(Sync.ALWAYS)).contains("\"sync_always\": true");
    }

    @Test
    void givenInterval_whenNatsStarts_thenItSyncsEverySecond() throws Exception {
        assertThat(configuration(Sync.INTERVAL))
                .doesNotContain("sync_always")
                .contains("\"sync_interval\": " + Duration.ofSeconds(1).toNanos());
    }

    @ParameterizedTest
    @EnumSource
    void givenASetting_whenTheContainerStarts_thenItIsTheSameThere(Sync sync) throws Exception {
        var container = container(sync.name().toLowerCase(Locale.ROOT));
        assertThat(container.exitValue()).isZero();
        assertThat(sync.variables()).containsValue(container.inputReader().readAllAsString());
    }

    @Test
    void givenNoSetting_whenTheContainerStarts_thenItHasTheSameDefault() throws Exception {
        assertThat(Sync.DEFAULT.variables())
                .containsValue(container("").inputReader().readAllAsString());
    }

    @Test
    void givenAnotherValue_whenTheContainerStarts_thenItEndsAndNamesTheAllowedOnes() throws Exception {
        var container = container("sometimes");
        assertThat(container.exitValue()).isEqualTo(1);
        assertThat(container.errorReader().readAllAsString())
                .contains("FAAS_SYNC must be always or interval, not 'sometimes'");
    }

    private static Process container(String sync) throws IOException, InterruptedException {
        var builder = new ProcessBuilder("unshare", "--mount", "sh", "-euc", CONTAINER);
        builder.environment().put("FAAS_SYNC", sync);
        var process = builder.start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("nats-start did not end within 30 s");
        }
        return process;
    }

    private String configuration(Sync sync) throws IOException, InterruptedException {
        var variables = new HashMap<>(PASSWORDS);
        variables.putAll(sync.variables());
        try (var nats = NatsServer.start(directory, CONFIGURATION, variables);
                var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(nats.monitoringUrl() + "/jsz?config=true"))
                    .timeout(Duration.ofSeconds(10))
                    .build();
            return http.send(request, BodyHandlers.ofString()).body();
        }
    }
}
