package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * Gives a scenario access to its platform.
 *
 * @param image whose command is {@code echo}, unmodified busybox
 */
public record ScenarioContext(Vertx vertx, Subject subject, String image, BenchSetup.Size size) {
    public URI api() {
        return subject.api();
    }

    /** Direct access to the platform's NATS, for what the API does not offer. */
    public NatsConfig natsConfig() {
        return subject.natsConfig();
    }

    /** Size of the scenario, instead of its default. */
    public OptionalInt count() {
        return size.count();
    }

    /** Length of a measured phase. */
    public Duration phase(Duration usual) {
        return size.phase(usual);
    }

    /** Registers a new user and logs in. */
    public Client registerUser() throws Exception {
        return Client.register(vertx, api());
    }
}
