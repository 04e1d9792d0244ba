package dev.faas.bench.measure;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;

/** A function whose activations stay queued. The platform must have one slot. */
public final class BlockedFunction {
    /** The setting which must be 1. */
    public static final String SLOTS = "FAAS_SLOTS";

    private static final String NAME = "queued";

    private final Client user;
    private final String id;

    private BlockedFunction(Client user, String id) {
        this.user = user;
        this.id = id;
    }

    public String id() {
        return id;
    }

    public String name() {
        return NAME;
    }

    /** Creates the function; its first activation holds the only slot. Blocks. */
    public static BlockedFunction create(Client user, String image) throws Exception {
        var function = user.createFunction(Map.of(
                "name",
                NAME,
                "image",
                image,
                "entrypoint",
                // The argument is the shell's $0, so it cannot end the sleep.
                List.of("/busybox", "sh", "-c", "exec /busybox sleep 600"),
                "concurrency",
                1));
        Client.await(user.submit(NAME, "", ""));
        return new BlockedFunction(user, function.path("id").asText());
    }

    public Future<Buffer> submit() {
        return user.submit(NAME, "", "x");
    }
}
