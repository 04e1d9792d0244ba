package dev.faas.bench.measure;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;

/**
 * A function whose activations stay queued. The platform must have one slot.
 *
 * @param definition as the platform returned it
 */
public record BlockedFunction(Client user, JsonNode definition) {
    /** The setting which must be 1. */
    public static final String SLOTS = "FAAS_SLOTS";

    public static final String NAME = "queued";

    /** Creates the function; its first activation holds the only slot. Blocks. */
    public static BlockedFunction create(Client user, String image) throws Exception {
        var function = user.createFunction(Map.of(
                "name",
                NAME,
                "image",
                image,
                "entrypoint",
                // The argument is the shell's $0, so it cannot end the sleep.
                List.of("/busybox", "sh", "-c", "exec /busybox sleep 36000"),
                "limits",
                Map.of("timeoutSeconds", 36_000),
                "concurrency",
                1));
        Client.await(user.submit(NAME, "", ""));
        return new BlockedFunction(user, function);
    }

    public Future<Buffer> submit() {
        return user.submit(NAME, "", "x");
    }
}
