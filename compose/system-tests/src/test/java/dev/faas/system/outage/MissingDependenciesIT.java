package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.ServiceProcess;
import dev.faas.testing.TestPostgres;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that each service, as a process, ends with a message when a dependency is missing. */
class MissingDependenciesIT {
    @TempDir
    static Path directory;

    private static NatsServer nats;
    private static NatsServer withoutStreams;
    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws Exception {
        nats = NatsServer.start(directory.resolve("nats"));
        try (var bus = Nats.connect(NatsConfig.local(nats.url()), "test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
        }
        withoutStreams = NatsServer.start(directory.resolve("nats-without-streams"));
        postgres = TestPostgres.start(directory.resolve("postgres"));
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        withoutStreams.close();
        postgres.close();
    }

    @ParameterizedTest(name = "{0} without {1}")
    @CsvSource({
        "auth, nats, FAAS_NATS_URL",
        "auth, postgres, FAAS_PG_URL",
        "auth, streams, registry",
        "registry, nats, FAAS_NATS_URL",
        "registry, postgres, FAAS_PG_URL",
        "spawner, nats, FAAS_NATS_URL",
        "spawner, docker, Docker",
        "spawner, streams, registry",
        "gateway, nats, FAAS_NATS_URL",
        "gateway, streams, registry"
    })
    void aServiceWithoutWhatItNeedsSaysWhatAndWhatToDoAndEnds(String service, String missing, String said)
            throws Exception {
        try (var process = ServiceProcess.service(Processes.MAINS.get(service), environment(service, missing))) {
            assertThat(process.exitCode()).as(process.output()).isEqualTo(1);

            assertThat(process.output()).contains(said).doesNotContain("\tat ");
            assertThat(process.family()).allMatch(member -> !member.isAlive());
        }
    }

    private static Map<String, String> environment(String service, String missing) {
        var variables = new HashMap<String, String>();
        variables.put("FAAS_PROFILE", "private");
        variables.put("FAAS_START_TIMEOUT", "2s");
        variables.put("FAAS_HTTP_HOST", "127.0.0.1");
        for (var port : new String[] {"FAAS_HTTP_PORT", "FAAS_INTERNAL_PORT", "FAAS_AUTH_PORT", "FAAS_REGISTRY_PORT"}) {
            variables.put(port, "0");
        }
        variables.put(
                "FAAS_NATS_URL",
                switch (missing) {
                    case "nats" -> "nats://127.0.0.1:1";
                    case "streams" -> withoutStreams.url();
                    default -> nats.url();
                });
        if (service.equals("auth") || service.equals("registry")) {
            var role = postgres.role(service);
            variables.put("FAAS_PG_URL", missing.equals("postgres") ? "postgres://127.0.0.1:1/faas" : postgres.url());
            variables.put("FAAS_PG_USER", role.user());
            variables.put("FAAS_PG_PASSWORD", role.password());
        }
        if (missing.equals("docker")) {
            variables.put("FAAS_DOCKER_HOST", "unix://" + directory.resolve("no-docker.sock"));
        }
        return variables;
    }
}
