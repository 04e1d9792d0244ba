package dev.faas.registry;

import dev.faas.nats.ObjectBucket;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Long-term copies of arguments, results and logs: decides where they lie, and fetches them. Blocks. */
final class CopyShelf {
    /** What a copy is of. */
    enum Kind {
        ARGUMENT,
        RESULT,
        LOG
    }

    private final ObjectBucket objects;

    CopyShelf(ObjectBucket objects) {
        this.objects = objects;
    }

    /** Keeps a copy, replacing an earlier one. */
    Copy keep(String activation, Kind kind, Buffer bytes) throws IOException, InterruptedException {
        if (bytes.length() == 0) {
            return Copy.NONE;
        }
        if (bytes.length() <= Copy.MAX_INLINE_BYTES) {
            return new Copy.Inline(bytes);
        }
        objects.put(name(activation, kind), bytes.getBytes());
        return Copy.APART;
    }

    /** Empty when it is kept no more. */
    Optional<Buffer> fetch(String activation, Kind kind, Copy copy) throws IOException, InterruptedException {
        return switch (copy) {
            case Copy.None none -> Optional.empty();
            case Copy.Inline(var bytes) -> Optional.of(bytes);
            case Copy.Apart apart -> objects.get(name(activation, kind)).map(Buffer::buffer);
        };
    }

    private static String name(String activation, Kind kind) {
        return activation + "." + kind.name().toLowerCase(Locale.ROOT);
    }
}
