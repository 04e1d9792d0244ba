package dev.faas.registry;

import dev.faas.nats.TopologyConfig;
import java.time.Duration;

/** A registry's settings with one of them otherwise. */
final class Changed {
    private Changed() {}

    static RegistryConfig port(RegistryConfig c, int port) {
        return of(c, port, c.topology(), c.retention(), c.reconcilePause());
    }

    static RegistryConfig retention(RegistryConfig c, Retention retention) {
        return of(c, c.port(), c.topology(), retention, c.reconcilePause());
    }

    static RegistryConfig reconcilePause(RegistryConfig c, Duration pause) {
        return of(c, c.port(), c.topology(), c.retention(), pause);
    }

    static RegistryConfig topology(RegistryConfig c, TopologyConfig topology) {
        return of(c, c.port(), topology, c.retention(), c.reconcilePause());
    }

    private static RegistryConfig of(
            RegistryConfig c, int port, TopologyConfig topology, Retention retention, Duration reconcilePause) {
        return new RegistryConfig(
                port,
                c.http(),
                c.nats(),
                topology,
                c.pg(),
                retention,
                c.outboxPause(),
                c.prunePause(),
                c.partitionsPause(),
                reconcilePause,
                c.settled());
    }
}
