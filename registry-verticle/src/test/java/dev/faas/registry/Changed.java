package dev.faas.registry;

import java.time.Duration;

/** A registry's settings with one of them otherwise. */
final class Changed {
    private Changed() {}

    static RegistryConfig port(RegistryConfig c, int port) {
        return of(c, port, c.retention(), c.reconcilePause());
    }

    static RegistryConfig retention(RegistryConfig c, Retention retention) {
        return of(c, c.port(), retention, c.reconcilePause());
    }

    static RegistryConfig reconcilePause(RegistryConfig c, Duration pause) {
        return of(c, c.port(), c.retention(), pause);
    }

    private static RegistryConfig of(RegistryConfig c, int port, Retention retention, Duration reconcilePause) {
        return new RegistryConfig(
                port,
                c.http(),
                c.nats(),
                c.topology(),
                c.pg(),
                retention,
                c.outboxPause(),
                c.prunePause(),
                c.partitionsPause(),
                reconcilePause,
                c.settled());
    }
}
