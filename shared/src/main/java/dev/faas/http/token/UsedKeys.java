package dev.faas.http.token;

import dev.faas.http.client.ClientAddress;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.Subjects;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Notes when and from where API keys are used, to a minute, and tells auth. Of the uses in a minute the first counts. Has an entry
 * only for keys that are valid. Thread-safe.
 */
public final class UsedKeys {
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private record Use(Instant minute, ClientAddress from) {}

    private final Nats nats;
    private final Function<HttpServerRequest, ClientAddress> addresses;
    private final InstantSource clock;
    private final Map<String, Use> byKey = new ConcurrentHashMap<>();

    private UsedKeys(Nats nats, Function<HttpServerRequest, ClientAddress> addresses, InstantSource clock) {
        this.nats = nats;
        this.addresses = addresses;
        this.clock = clock;
    }

    /** Notes the uses that a verifier sees, until the stop. */
    public static void note(
            Lifecycle.Steps on,
            Nats nats,
            TokenVerifier verifier,
            Function<HttpServerRequest, ClientAddress> addresses,
            InstantSource clock)
            throws Exception {
        var used = new UsedKeys(nats, addresses, clock);
        verifier.noteUsesOfKeysWith(used::add);
        on.repeatAfterPause("uses of API keys", PAUSE, used::publish);
        on.onStop("last uses of API keys", used::publishLast);
    }

    private void add(String keyId, HttpServerRequest request) {
        var minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        var known = byKey.get(keyId);
        if (known == null || known.minute().isBefore(minute)) {
            byKey.put(keyId, new Use(minute, addresses.apply(request)));
        }
    }

    /** Tells auth what was noted since the last call. What cannot be sent is lost. */
    private void publish() {
        var uses = new ArrayList<KeyUses.Use>();
        byKey.forEach((keyId, use) -> {
            if (byKey.remove(keyId, use)) {
                uses.add(new KeyUses.Use(keyId, use.minute(), use.from().toString()));
            }
        });
        for (int from = 0; from < uses.size(); from += KeyUses.MOST) {
            var some = uses.subList(from, Math.min(uses.size(), from + KeyUses.MOST));
            nats.publish(Subjects.KEYS_USED, Codec.encode(new KeyUses(some)));
        }
    }

    /** The same before the connection is closed. Blocks. */
    private void publishLast() throws InterruptedException {
        publish();
        Blocking.awaitReply(nats.flush());
    }
}
