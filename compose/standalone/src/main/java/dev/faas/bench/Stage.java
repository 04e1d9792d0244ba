package dev.faas.bench;

import io.vertx.core.Vertx;
import java.net.URI;

/**
 * What a scenario works with.
 *
 * @param image whose command is {@code echo}, unmodified busybox
 */
record Stage(Vertx vertx, URI api, String image) {
    /** A user of its own, logged in. */
    Client user() throws Exception {
        return Client.register(vertx, api);
    }
}
