package dev.faas.auth;

import static dev.faas.testing.Await.await;

import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.auth.admission.HashQueue;
import dev.faas.config.Profile;
import dev.faas.config.Secret;
import dev.faas.http.HttpConfig;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.token.BrowserCookies;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.PgConfig;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.testing.LocalServers;
import dev.faas.testing.Records;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A real Postgres and a real NATS with the streams that the registry makes in production. */
final class Backends extends LocalServers {
    static final Duration ACCESS_LIFETIME = Duration.ofMinutes(15);
    static final Duration REFRESH_LIFETIME = Duration.ofDays(30);
    static final Duration LOGIN_LIFETIME = Duration.ofDays(90);

    /** Nobody is made an admin. */
    static final RegistrationRules OPEN =
            new RegistrationRules(Registration.OPEN, false, Profile.SHARED, Duration.ofMinutes(30));

    private Backends(Path directory) throws IOException {
        super(directory, "auth");
    }

    static Backends start(Path directory) throws Exception {
        var started = withoutStreams(directory);
        try (var bus = started.connect("registry-of-the-test")) {
            Topology.create(bus, TopologyConfig.LOCAL);
        }
        return started;
    }

    static Backends withoutStreams(Path directory) throws IOException {
        return new Backends(directory);
    }

    Nats connect(String name) throws Exception {
        return Nats.connect(natsConfig(nats.url(), Duration.ofSeconds(10)), name);
    }

    /** On free ports of the loopback address. */
    AuthConfig config() {
        return config(postgres.url(), nats.url(), Duration.ofSeconds(10));
    }

    AuthConfig config(String postgresUrl, String natsUrl, Duration startTimeout) {
        return new AuthConfig(
                0,
                HttpConfig.loopback(),
                pgConfig(postgresUrl, startTimeout),
                natsConfig(natsUrl, startTimeout),
                new AuthConfig.TokenLifetimes(ACCESS_LIFETIME, REFRESH_LIFETIME, LOGIN_LIFETIME),
                new HashQueue.Limits(2, 64, 66),
                new AuthConfig.Addresses(0, AddressRanges.NONE),
                366,
                OPEN,
                AuthConfig.Trust.NONE,
                KeyEncryptionKeys.NONE,
                Duration.ofMinutes(5),
                new BrowserCookies(null),
                false,
                null);
    }

    /** With another value of one setting. */
    AuthConfig config(String component, Object value) {
        return Records.with(config(), component, value);
    }

    /** What a client of a service does. */
    interface Story {
        void tell(Client client) throws Exception;
    }

    /** Runs a service for so long. */
    static void serve(Vertx vertx, AuthConfig config, Story story) throws Exception {
        var verticle = new AuthVerticle(config);
        var deployment = await(vertx.deployVerticle(verticle));
        try (var client = new Client(verticle.port())) {
            story.tell(client);
        } finally {
            await(vertx.undeploy(deployment));
        }
    }

    PgConfig pgConfig(String url, Duration startTimeout) {
        var role = postgres.role("auth");
        return new PgConfig(URI.create(url), role.user(), new Secret(role.password()), "auth", 8, startTimeout);
    }

    private static NatsConfig natsConfig(String url, Duration startTimeout) {
        return new NatsConfig(url, null, null, startTimeout, Duration.ofSeconds(2));
    }
}
