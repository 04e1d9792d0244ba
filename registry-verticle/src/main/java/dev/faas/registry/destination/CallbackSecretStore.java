package dev.faas.registry.destination;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.destination.DestinationSecrets;
import dev.faas.pg.Pg;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.webhook.WebhookSecret;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Reads and writes the table {@code callback_secret}. */
public final class CallbackSecretStore {
    private final Pg pg;
    private final AuditStore audit;
    private final KeyEncryptionKeys keks;

    public CallbackSecretStore(Pg pg, AuditStore audit, KeyEncryptionKeys keks) {
        this.pg = pg;
        this.audit = audit;
        this.keks = keks;
    }

    Future<Boolean> exists(String owner) {
        return pg.withPool(pool -> pool.preparedQuery("select from callback_secret where owner = $1")
                .execute(Tuple.of(owner))
                .map(rows -> rows.size() == 1));
    }

    /**
     * Makes one, or a new one, and returns it.
     *
     * @param overlap how long the old one signs, too
     */
    Future<WebhookSecret> rotate(String owner, Duration overlap, Instant now, Origin origin) {
        var next = WebhookSecret.create();
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner)
                .compose(locked -> find(tx, owner))
                .compose(before -> put(
                                tx,
                                owner,
                                before.map(secrets -> secrets.rotated(next, now, now.plus(overlap)))
                                        .orElseGet(() -> DestinationSecrets.of(next, Map.of())))
                        .compose(stored -> audit.write(
                                tx,
                                AuditEntry.done(
                                                origin,
                                                "callback_secret." + (before.isEmpty() ? "create" : "rotate"),
                                                owner,
                                                new JsonObject())
                                        .inProject(owner))))
                .map(next));
    }

    private Future<Optional<DestinationSecrets>> find(SqlConnection tx, String owner) {
        return tx.preparedQuery("select kek, secrets from callback_secret where owner = $1")
                .execute(Tuple.of(owner))
                .map(rows -> rows.stream().map(row -> open(owner, row)).findFirst());
    }

    private DestinationSecrets open(String owner, Row row) {
        return DestinationSecrets.open(
                keks, owner, new DestinationSecrets.Sealed(row.getString("kek"), row.getBuffer("secrets")));
    }

    private Future<Void> put(SqlConnection tx, String owner, DestinationSecrets secrets) {
        var sealed = secrets.seal(keks, owner);
        return tx.preparedQuery("""
                        insert into callback_secret (owner, secrets, kek, updated_at) values ($1, $2, $3, now())
                        on conflict (owner) do update set secrets = $2, kek = $3, updated_at = now()""")
                .execute(Tuple.of(owner, sealed.bytes(), sealed.kek()))
                .mapEmpty();
    }

    /** Of a deleted user. */
    public Future<Void> deleteOf(String owner) {
        return pg.update("delete from callback_secret where owner = $1", Tuple.of(owner))
                .mapEmpty();
    }
}
