package dev.faas.registry;

import dev.faas.nats.TopologyConfig;
import dev.faas.registry.RegistryConfig.Pauses;
import dev.faas.registry.ledger.Retention;
import java.time.Duration;

/** A registry's settings with one of them otherwise. */
final class Changed {
    private Changed() {}

    static RegistryConfig port(RegistryConfig c, int port) {
        return of(c, port, c.topology(), c.retention(), c.ownerFunctions(), c.pauses());
    }

    static RegistryConfig retention(RegistryConfig c, Retention retention) {
        return of(c, c.port(), c.topology(), retention, c.ownerFunctions(), c.pauses());
    }

    static RegistryConfig ownerFunctions(RegistryConfig c, int most) {
        return of(c, c.port(), c.topology(), c.retention(), most, c.pauses());
    }

    static RegistryConfig reconcilePause(RegistryConfig c, Duration pause) {
        var pauses =
                new Pauses(c.pauses().outbox(), c.pauses().prune(), c.pauses().partitions(), pause);
        return of(c, c.port(), c.topology(), c.retention(), c.ownerFunctions(), pauses);
    }

    static RegistryConfig topology(RegistryConfig c, TopologyConfig topology) {
        return of(c, c.port(), topology, c.retention(), c.ownerFunctions(), c.pauses());
    }

    private static RegistryConfig of(
            RegistryConfig c,
            int port,
            TopologyConfig topology,
            Retention retention,
            int ownerFunctions,
            Pauses pauses) {
        return new RegistryConfig(
                port, c.http(), c.nats(), topology, c.pg(), retention, ownerFunctions, pauses, c.settled());
    }
}
