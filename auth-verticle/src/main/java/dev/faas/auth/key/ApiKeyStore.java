package dev.faas.auth.key;

import static dev.faas.pg.Pg.utc;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.http.paging.Page;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.Problem;
import dev.faas.wire.PublishedKey;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the tables {@code api_key} and {@code bus_outbox}. A deleted row withdraws its key from the bucket by a trigger,
 * so {@code delete from api_key where user_id = …} ends all keys of a user.
 */
final class ApiKeyStore {
    /** @param value null to delete the entry */
    record Change(String key, @Nullable String value) {}

    private static final String COLUMNS = "id, user_id, project_id, name, scopes, hint, created_at, expires_at";

    private static final String WITH_USE = COLUMNS + ", last_used_at, last_used_from";

    private final Pg pg;
    private final AuditStore audit;

    ApiKeyStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    /** Fails with 429 {@code quota_exceeded}, and with 401 when the user is not active. Returns the change to publish. */
    Future<Change> insert(ApiKey key, String username, String text, int most, Origin origin) {
        var hash = Sha256.digest(text);
        var change = new Change(HexFormat.of().formatHex(hash), published(key, username));
        return pg.inTransaction(tx -> countLocked(tx, key.userId())
                .compose(count -> {
                    if (count >= most) {
                        throw Problem.quotaExceeded("You have " + count
                                        + " API keys, the most that one user may have. Delete one that you do not need any"
                                        + " more.")
                                .asException();
                    }
                    return tx.preparedQuery("insert into api_key (" + COLUMNS
                                    + ", hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
                            .execute(Tuple.of(
                                    key.keyId(),
                                    key.userId(),
                                    key.project(),
                                    key.name(),
                                    key.scopes().toArray(String[]::new),
                                    key.hint(),
                                    utc(key.createdAt()),
                                    utc(key.expiresAt()),
                                    Buffer.buffer(hash)));
                })
                .compose(
                        inserted -> tx.preparedQuery("insert into bus_outbox (bucket, key, change) values ($1, $2, $3)")
                                .execute(Tuple.of(Subjects.APIKEYS, change.key(), change.value())))
                .compose(inserted -> audit.write(
                        tx,
                        AuditEntry.done(
                                        origin,
                                        "key.create",
                                        key.keyId(),
                                        new JsonObject().put("scopes", new JsonArray(key.scopes())))
                                .inProject(key.project())))
                .map(change));
    }

    /** The lock on the account lets two requests not both make the last key, nor one make a key of a user who is being disabled. */
    private static Future<Integer> countLocked(SqlConnection tx, String userId) {
        return tx.preparedQuery("select from account where id = $1 and state = 'active' for update")
                .execute(Tuple.of(userId))
                .compose(locked -> {
                    if (locked.rowCount() == 0) {
                        throw Problem.unauthenticated("This login has been ended. Log in again.")
                                .asException();
                    }
                    return tx.preparedQuery("select count(*)::int from api_key where user_id = $1")
                            .execute(Tuple.of(userId));
                })
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** The newest first. */
    Future<List<ApiKey>> find(String userId, Page page, Instant now) {
        return pg.withPool(pool -> pool.preparedQuery("select " + WITH_USE + """
                         from api_key where user_id = $1 and expires_at > $2 and ($3::text is null or id < $3)
                        order by id desc limit $4""")
                .execute(Tuple.of(userId, utc(now), page.after(), page.fetchLimit()))
                .map(rows -> rows.stream().map(ApiKeyStore::toKey).toList()));
    }

    /** False when the user has no such key. */
    Future<Boolean> delete(String keyId, Origin origin) {
        var userId = origin.actor();
        return pg.inTransaction(tx -> tx.preparedQuery(
                        "delete from api_key where user_id = $1 and id = $2 returning project_id")
                .execute(Tuple.of(userId, keyId))
                .compose(rows -> {
                    if (rows.rowCount() == 0) {
                        return Future.succeededFuture(false);
                    }
                    var project = rows.iterator().next().getString("project_id");
                    return audit.write(
                                    tx,
                                    AuditEntry.done(origin, "key.delete", keyId).inProject(project))
                            .map(true);
                }));
    }

    /** Of each key at most one. A time ahead of this clock counts as now. */
    Future<Void> storeUses(List<KeyUses.Use> uses, Instant now) {
        var latest = now.truncatedTo(ChronoUnit.MINUTES);
        return pg.update(
                        """
                        update api_key k set last_used_at = u.at, last_used_from = u.address
                        from unnest($1::text[], $2::timestamptz[], $3::text[]) as u (id, at, address)
                        where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)""",
                        Tuple.of(
                                uses.stream().map(KeyUses.Use::keyId).toArray(String[]::new),
                                uses.stream()
                                        .map(use -> utc(use.at().isBefore(latest) ? use.at() : latest))
                                        .toArray(OffsetDateTime[]::new),
                                uses.stream().map(KeyUses.Use::from).toArray(String[]::new)))
                .mapEmpty();
    }

    Future<Void> deleteExpired(Instant now) {
        return pg.update("delete from api_key where expires_at <= $1", Tuple.of(utc(now)))
                .mapEmpty();
    }

    /** Deletions first: until then, a stolen key works. */
    Future<List<Change>> findUnpublished() {
        return pg.withPool(pool -> pool.preparedQuery("select key, change from bus_outbox where bucket = $1"
                        + " order by change is not null, key limit 1000")
                .execute(Tuple.of(Subjects.APIKEYS))
                .map(rows -> rows.stream()
                        .map(row -> new Change(row.getString("key"), row.getString("change")))
                        .toList()));
    }

    /** Unless another change of the key has taken its place. */
    Future<Void> markPublished(Change change) {
        return pg.update(
                        "delete from bus_outbox where bucket = $1 and key = $2 and change is not distinct from $3",
                        Tuple.of(Subjects.APIKEYS, change.key(), change.value()))
                .mapEmpty();
    }

    /** Puts all keys into the outbox again, since the bucket may have been lost. */
    Future<Void> republishAll() {
        return pg.inTransaction(tx -> tx.preparedQuery("""
                        select k.id, k.user_id, k.project_id, k.name, k.scopes, k.hint, k.created_at, k.expires_at,
                          k.last_used_at, k.last_used_from, k.hash, a.username
                        from api_key k join account a on a.id = k.user_id""")
                .execute()
                .map(rows -> rows.stream()
                        .map(row -> Tuple.of(
                                Subjects.APIKEYS,
                                HexFormat.of().formatHex(row.getBuffer("hash").getBytes()),
                                published(toKey(row), row.getString("username"))))
                        .toList())
                .compose(all -> all.isEmpty()
                        ? Future.<Void>succeededFuture()
                        : tx.preparedQuery("""
                                        insert into bus_outbox (bucket, key, change) values ($1, $2, $3)
                                        on conflict do nothing""").executeBatch(all).mapEmpty()));
    }

    private static String published(ApiKey key, String username) {
        return new String(
                Codec.encode(new PublishedKey(
                        key.keyId(), key.userId(), username, key.project(), key.scopes(), key.expiresAt())),
                StandardCharsets.UTF_8);
    }

    private static ApiKey toKey(Row row) {
        var lastUsedAt = row.getOffsetDateTime("last_used_at");
        return new ApiKey(
                row.getString("id"),
                row.getString("user_id"),
                row.getString("project_id"),
                row.getString("name"),
                List.of(row.getArrayOfStrings("scopes")),
                row.getString("hint"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("expires_at").toInstant(),
                lastUsedAt == null ? null : lastUsedAt.toInstant(),
                row.getString("last_used_from"));
    }
}
