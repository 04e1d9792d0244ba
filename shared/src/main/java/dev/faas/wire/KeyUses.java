package dev.faas.wire;

import java.time.Instant;
import java.util.List;

/** Tells auth which API keys were used lately. A message that is lost costs a time only. */
public record KeyUses(List<Use> uses) implements Versioned {
    /**
     * @param at to a minute
     * @param from address of the client
     */
    public record Use(String keyId, Instant at, String from) {}

    public KeyUses {
        uses = List.copyOf(uses);
    }
}
