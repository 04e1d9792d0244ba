package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.OptionalInt;

/**
 * Gives a scenario access to its platform.
 *
 * @param natsConfig direct access to the platform's NATS, for what the API does not offer
 * @param image whose command is {@code echo}, unmodified busybox
 * @param count size of the scenario, instead of its default
 */
public record ScenarioContext(Vertx vertx, URI api, NatsConfig natsConfig, String image, OptionalInt count) {
    /** Registers a new user and logs in. */
    public Client registerUser() throws Exception {
        return Client.register(vertx, api);
    }
}
