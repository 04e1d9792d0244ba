package dev.faas.dispatcher;

import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.outgoing.OutgoingConfig;
import dev.faas.pg.PgConfig;
import dev.faas.quota.QuotaSettings;
import dev.faas.seal.KeyEncryptionKeys;

/**
 * Holds the settings of the dispatcher.
 *
 * @param http of the dispatcher alone, which has an internal listener only
 * @param auditLog whether rows of the audit log are logged, too
 * @param pg with connections of its own, so that neither waits for those of the registry
 */
public record DispatcherConfig(
        HttpConfig http, NatsConfig nats, PgConfig pg, QuotaSettings quotas, Outgoing outgoing, boolean auditLog) {
    /**
     * Of requests to destinations.
     *
     * @param keks that decrypt their secrets
     */
    public record Outgoing(OutgoingConfig config, KeyEncryptionKeys keks) {}
}
