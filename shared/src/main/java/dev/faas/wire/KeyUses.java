package dev.faas.wire;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** Tells auth which API keys were used lately. A message that is lost costs a time only. Many logins of NATS can send one. */
public record KeyUses(List<Use> uses) implements Versioned {
    /** About 120 KB, of the 1 MB that a message may have. */
    public static final int MOST = 1_000;

    private static final Pattern KEY = Pattern.compile("key_[0-9a-z]{1,32}");
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f.:]{2,45}");

    /**
     * @param at to a minute
     * @param from address of the client
     */
    public record Use(String keyId, Instant at, String from) {
        public Use {
            if (!KEY.matcher(keyId).matches() || !ADDRESS.matcher(from).matches() || at.isBefore(Instant.EPOCH)) {
                throw new IllegalArgumentException("not the use of a key");
            }
        }
    }

    public KeyUses {
        if (uses.size() > MOST) {
            throw new IllegalArgumentException("more than " + MOST + " uses");
        }
        uses = List.copyOf(uses);
    }
}
