package dev.faas.registry;

import dev.faas.nats.TopologyConfig;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.RegistryConfig.Connections;
import dev.faas.registry.RegistryConfig.Maintenance;
import dev.faas.registry.function.FunctionRules;
import dev.faas.registry.ledger.Retention;
import java.time.Duration;
import java.util.Optional;

/** Copies a registry's settings with one of them changed. */
final class Changed {
    private Changed() {}

    static RegistryConfig port(RegistryConfig c, int port) {
        return new RegistryConfig(
                port,
                c.http(),
                c.connections(),
                c.retention(),
                c.quotas(),
                c.defaultMode(),
                c.rules(),
                c.maintenance(),
                c.trustRoot(),
                c.sealing());
    }

    static RegistryConfig withoutSealing(RegistryConfig c) {
        return new RegistryConfig(
                c.port(),
                c.http(),
                c.connections(),
                c.retention(),
                c.quotas(),
                c.defaultMode(),
                c.rules(),
                c.maintenance(),
                c.trustRoot(),
                Optional.empty());
    }

    static RegistryConfig retention(RegistryConfig c, Retention retention) {
        return new RegistryConfig(
                c.port(),
                c.http(),
                c.connections(),
                retention,
                c.quotas(),
                c.defaultMode(),
                c.rules(),
                c.maintenance(),
                c.trustRoot(),
                c.sealing());
    }

    static RegistryConfig quotas(RegistryConfig c, QuotaSettings quotas) {
        return new RegistryConfig(
                c.port(),
                c.http(),
                c.connections(),
                c.retention(),
                quotas,
                c.defaultMode(),
                c.rules(),
                c.maintenance(),
                c.trustRoot(),
                c.sealing());
    }

    /** No admin can give anybody more. */
    static RegistryConfig maxFunctionsPerOwner(RegistryConfig c, int most) {
        var defaults = c.quotas().defaults();
        return quotas(c, new QuotaSettings(defaults, c.quotas().caps().with(Limit.FUNCTIONS, most)));
    }

    static RegistryConfig reconcilePause(RegistryConfig c, Duration pause) {
        var m = c.maintenance();
        var maintenance =
                new Maintenance(m.outboxPause(), m.prunePause(), m.partitionsPause(), pause, m.reconcileAfter());
        return new RegistryConfig(
                c.port(),
                c.http(),
                c.connections(),
                c.retention(),
                c.quotas(),
                c.defaultMode(),
                c.rules(),
                maintenance,
                c.trustRoot(),
                c.sealing());
    }

    static RegistryConfig rules(RegistryConfig c, FunctionRules rules) {
        return new RegistryConfig(
                c.port(),
                c.http(),
                c.connections(),
                c.retention(),
                c.quotas(),
                c.defaultMode(),
                rules,
                c.maintenance(),
                c.trustRoot(),
                c.sealing());
    }

    static RegistryConfig topology(RegistryConfig c, TopologyConfig topology) {
        var connections = new Connections(
                c.connections().nats(), topology, c.connections().pg());
        return new RegistryConfig(
                c.port(),
                c.http(),
                connections,
                c.retention(),
                c.quotas(),
                c.defaultMode(),
                c.rules(),
                c.maintenance(),
                c.trustRoot(),
                c.sealing());
    }
}
