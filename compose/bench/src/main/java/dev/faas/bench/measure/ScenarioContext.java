package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.OptionalInt;

/**
 * What a scenario on a platform works with.
 *
 * @param bus how the platform's is reached past the API, for what a client cannot do
 * @param image whose command is {@code echo}, unmodified busybox
 * @param count of whatever the scenario has many of, in place of its own
 */
public record ScenarioContext(Vertx vertx, URI api, NatsConfig bus, String image, OptionalInt count) {
    /** A user of its own, logged in. */
    public Client user() throws Exception {
        return Client.register(vertx, api);
    }
}
