package dev.faas.registry.secret;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.lifecycle.InOrder;
import dev.faas.pg.Pg;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.secret.Secret.Version;
import dev.faas.wire.SealedSecret;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code secret}. Each change adds rows to {@code secret_outbox} in its transaction. */
public final class SecretStore {
    /** Of one secret; older ones go, unless a function names them. */
    static final int MAX_VERSIONS = 10;

    /** A version that is sealed, to be stored. */
    static final class Sealed {
        private final Version version;
        private final String key;
        private final byte[] bytes;

        Sealed(Version version, String key, byte[] bytes) {
            this.version = version;
            this.key = key;
            this.bytes = bytes;
        }
    }

    /** @param version 0: the key of the newest one */
    record BucketKey(String owner, String name, int version) {
        String text() {
            return version == 0 ? SealedSecret.key(owner, name) : SealedSecret.key(owner, name, version);
        }
    }

    /**
     * What a key has to hold.
     *
     * @param secret empty: nothing
     * @param change empty: another registry has written it
     */
    record KeyState(Optional<SealedSecret> secret, Optional<Long> change) {}

    /** {@code $2}: a name, or null for all. Functions name a secret as {@code db}, {@code VARIABLE=db} or {@code db@2}. */
    private static final String USES = """
            select f.name as function, m.part[1] as secret, m.part[2]::int as version
            from function f
            join function_revision r on r.function_id = f.id and r.revision = f.revision
            cross join lateral jsonb_array_elements_text(
                convert_from(r.body, 'UTF8')::jsonb -> 'spec' -> 'secrets') as named (item)
            cross join lateral regexp_matches(named.item, '^(?:[^=]*=)?([^=@]+)(?:@([0-9]{1,9}))?$') as m (part)
            where f.owner = $1 and f.deleted_at is null and ($2::text is null or m.part[1] = $2)""";

    private final Pg pg;
    private final AuditStore audit;

    public SecretStore(Pg pg, AuditStore audit) {
        this.pg = pg;
        this.audit = audit;
    }

    Future<Optional<Secret>> find(String owner, String name) {
        return pg.withPool(pool -> find(pool, owner, name));
    }

    private static Future<Optional<Secret>> find(SqlClient client, String owner, String name) {
        return selectVersions(client, owner, name)
                .compose(rows -> withUses(client, owner, name, rows))
                .map(found -> found.stream().findFirst());
    }

    /** Without its uses, for which all functions of the owner would be read. */
    private static Future<Optional<Secret>> findVersions(SqlClient client, String owner, String name) {
        return selectVersions(client, owner, name)
                .map(rows -> rows.stream().map(SecretStore::toVersion).toList())
                .map(versions ->
                        versions.isEmpty() ? Optional.empty() : Optional.of(new Secret(name, versions, List.of())));
    }

    private static Future<RowSet<Row>> selectVersions(SqlClient client, String owner, String name) {
        return client.preparedQuery("""
                        select name, version, created_at, created_by from secret
                        where owner = $1 and name = $2 order by version desc""").execute(Tuple.of(owner, name));
    }

    private static Version toVersion(Row row) {
        return new Version(
                row.getInteger("version"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getString("created_by"));
    }

    /** By name. */
    Future<List<Secret>> list(String owner, String after, int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select name, version, created_at, created_by from secret
                        where owner = $1 and name in (
                            select distinct name from secret where owner = $1 and name > $2 order by name limit $3)
                        order by name, version desc""")
                .execute(Tuple.of(owner, after, limit))
                .compose(rows -> withUses(pool, owner, null, rows)));
    }

    private static Future<List<Secret>> withUses(
            SqlClient client, String owner, @Nullable String name, RowSet<Row> rows) {
        var versions = new LinkedHashMap<String, List<Version>>();
        for (var row : rows) {
            versions.computeIfAbsent(row.getString("name"), each -> new ArrayList<>())
                    .add(toVersion(row));
        }
        return client.preparedQuery(USES + " order by f.name")
                .execute(Tuple.of(owner, name))
                .map(uses -> {
                    var byName = new LinkedHashMap<String, List<String>>();
                    for (var use : uses) {
                        var functions = byName.computeIfAbsent(use.getString("secret"), each -> new ArrayList<>());
                        if (!functions.contains(use.getString("function"))) {
                            functions.add(use.getString("function"));
                        }
                    }
                    return versions.entrySet().stream()
                            .map(each -> new Secret(
                                    each.getKey(), each.getValue(), byName.getOrDefault(each.getKey(), List.of())))
                            .toList();
                });
    }

    /**
     * Stores the next version. An exception of a function rolls back.
     *
     * @param check gets what is there, empty when it is new, and what the owner has
     * @param seal makes the version with this number
     */
    Future<Version> add(String owner, String name, Check check, IntFunction<Sealed> seal, Origin origin) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner)
                .compose(locked -> findVersions(tx, owner, name))
                .compose(found -> usage(tx, owner).compose(usage -> {
                    check.check(found, usage);
                    int newest = found.map(secret -> secret.newest().version()).orElse(0);
                    var next = seal.apply(newest + 1);
                    return insert(tx, owner, name, next)
                            .compose(stored -> newest < MAX_VERSIONS
                                    ? Future.succeededFuture()
                                    : removeOldVersions(tx, owner, name))
                            .compose(removed -> addToOutbox(tx, owner, name, newest + 1))
                            .compose(noted -> audit.write(
                                    tx,
                                    AuditEntry.done(
                                                    origin,
                                                    newest == 0 ? "secret.create" : "secret.update",
                                                    name,
                                                    new JsonObject().put("version", newest + 1))
                                            .inProject(owner)))
                            .map(next.version);
                })));
    }

    /** Decides whether a secret may be written. */
    @FunctionalInterface
    interface Check {
        void check(Optional<Secret> found, Usage usage);
    }

    /** What an owner has: secrets, and bytes of all their versions in the bucket. */
    record Usage(long secrets, long bytes) {}

    private static Future<Usage> usage(SqlConnection tx, String owner) {
        return tx.preparedQuery("""
                        select count(distinct name), coalesce(sum(octet_length(sealed)), 0)::bigint
                        from secret where owner = $1""")
                .execute(Tuple.of(owner))
                .map(rows -> rows.iterator().next())
                .map(row -> new Usage(row.getLong(0), encodedLength(row.getLong(1))));
    }

    /** In base64. */
    static long encodedLength(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    Future<Long> countOwners() {
        return pg.withPool(pool -> pool.query("select count(distinct owner) from secret")
                .execute()
                .map(rows -> rows.iterator().next().getLong(0)));
    }

    private static Future<Void> insert(SqlConnection tx, String owner, String name, Sealed next) {
        return tx.preparedQuery("""
                        insert into secret (owner, name, version, sealed, seal_key, created_at, created_by)
                        values ($1, $2, $3, $4, $5, $6, $7)""")
                .execute(Tuple.of(
                        owner,
                        name,
                        next.version.version(),
                        Buffer.buffer(next.bytes),
                        next.key,
                        next.version.createdAt().atOffset(ZoneOffset.UTC),
                        next.version.createdBy()))
                .mapEmpty();
    }

    private static Future<Void> removeOldVersions(SqlConnection tx, String owner, String name) {
        return tx.preparedQuery("with uses as (" + USES + """
                        ), removed as (
                            delete from secret where owner = $1 and name = $2
                            and version not in (select version from uses where version is not null)
                            and version in (
                                select version from secret where owner = $1 and name = $2
                                order by version desc offset $3)
                            returning version)
                        insert into secret_outbox (owner, name, version) select $1, $2, version from removed
                        on conflict (owner, name, version) do update
                        set change = nextval('secret_change'), noted_at = now()""")
                .execute(Tuple.of(owner, name, MAX_VERSIONS))
                .mapEmpty();
    }

    /** The newest version has the key of version 0, and the one before gets its own. */
    private static Future<Void> addToOutbox(SqlConnection tx, String owner, String name, int newest) {
        return tx.preparedQuery("""
                        insert into secret_outbox (owner, name, version)
                        select distinct $1, $2, version from unnest(array[0, $3 - 1]) as version
                        on conflict (owner, name, version) do update
                        set change = nextval('secret_change'), noted_at = now()""").execute(Tuple.of(owner, name, newest)).mapEmpty();
    }

    /** Removes all versions; false when there is no such secret. An exception of {@code check} rolls back. */
    Future<Boolean> delete(String owner, String name, Consumer<Secret> check, Origin origin) {
        return pg.inTransaction(tx -> QuotaStore.lock(tx, owner)
                .compose(locked -> find(tx, owner, name))
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.succeededFuture(false);
                    }
                    check.accept(found.get());
                    return tx.preparedQuery("""
                                    with removed as (
                                        delete from secret where owner = $1 and name = $2 returning version)
                                    insert into secret_outbox (owner, name, version)
                                    select $1, $2, version from removed union select $1, $2, 0
                                    on conflict (owner, name, version) do update
                                    set change = nextval('secret_change'), noted_at = now()""")
                            .execute(Tuple.of(owner, name))
                            .compose(removed -> audit.write(tx, deletion(origin, owner, name)))
                            .map(true);
                }));
    }

    /** Of a deleted user. */
    public Future<Void> deleteAllOf(String owner) {
        return pg.withPool(pool -> pool.preparedQuery("select distinct name from secret where owner = $1")
                        .execute(Tuple.of(owner))
                        .map(rows ->
                                rows.stream().map(row -> row.getString("name")).toList()))
                .compose(names -> InOrder.forEach(
                        names,
                        name -> delete(owner, name, secret -> {}, Origin.platform())
                                .mapEmpty()));
    }

    private static AuditEntry deletion(Origin origin, String owner, String name) {
        return AuditEntry.done(origin, "secret.delete", name).inProject(owner);
    }

    /** Older versions before the newest one, then what is removed: a reader finds each version that it may name. */
    Future<List<BucketKey>> pending(String owner, String name) {
        return pg.withPool(
                pool -> pool.preparedQuery("""
                        select o.owner, o.name, o.version from secret_outbox o left join secret s
                        on s.owner = o.owner and s.name = o.name and s.version = o.version
                        where o.owner = $1 and o.name = $2
                        order by o.version > 0 and s.version is null, o.version desc""").execute(Tuple.of(owner, name)).map(SecretStore::toKeys));
    }

    /** Names of secrets with pending keys. Younger than a second are left to the registry that made the change. */
    Future<Map<String, List<String>>> pendingSecrets(int limit) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        select distinct owner, name from secret_outbox where noted_at < now() - interval '1 second'
                        limit $1""")
                .execute(Tuple.of(limit))
                .map(rows -> {
                    var names = new LinkedHashMap<String, List<String>>();
                    for (var row : rows) {
                        names.computeIfAbsent(row.getString("owner"), owner -> new ArrayList<>())
                                .add(row.getString("name"));
                    }
                    return names;
                }));
    }

    Future<KeyState> state(BucketKey key) {
        return pg.withPool(pool -> pool.preparedQuery("""
                        with newest as (select max(version) as version from secret where owner = $1 and name = $2),
                        wanted as (
                            select s.version, s.seal_key, s.sealed from secret s, newest
                            where s.owner = $1 and s.name = $2
                            and s.version = case when $3 = 0 then newest.version else $3 end
                            and ($3 = 0 or $3 < newest.version))
                        select (select change from secret_outbox where owner = $1 and name = $2 and version = $3) as change,
                            w.version, w.seal_key, w.sealed
                        from (select 1) as one left join wanted w on true""")
                .execute(Tuple.of(key.owner(), key.name(), key.version()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    var sealed = row.getBuffer("sealed");
                    return new KeyState(
                            sealed == null
                                    ? Optional.empty()
                                    : Optional.of(new SealedSecret(
                                            row.getInteger("version"),
                                            row.getString("seal_key"),
                                            Base64.getEncoder().encodeToString(sealed.getBytes()))),
                            Optional.ofNullable(row.getLong("change")));
                }));
    }

    /** Keeps the key if it has changed again since. */
    Future<Void> markPublished(BucketKey key, long change) {
        return pg.update(
                        "delete from secret_outbox where owner = $1 and name = $2 and version = $3 and change = $4",
                        Tuple.of(key.owner(), key.name(), key.version(), change))
                .mapEmpty();
    }

    /** The newest secret whose key is not pending, so the bucket must have it. */
    Future<Optional<BucketKey>> newestPublished() {
        return pg.withPool(pool ->
                pool.query("""
                        select owner, name, 0 as version from secret s where not exists (
                            select from secret_outbox o where o.owner = s.owner and o.name = s.name)
                        order by created_at desc limit 1""").execute().map(rows -> toKeys(rows).stream().findFirst()));
    }

    /** Every key is written to the bucket again. */
    Future<Void> addAllToOutbox() {
        return pg.withPool(pool -> pool.query("""
                        insert into secret_outbox (owner, name, version, noted_at)
                        select owner, name, version, '-infinity'::timestamptz from secret
                        union select owner, name, 0, '-infinity'::timestamptz from secret
                        on conflict (owner, name, version) do nothing""").execute().mapEmpty());
    }

    private static List<BucketKey> toKeys(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(row -> new BucketKey(row.getString("owner"), row.getString("name"), row.getInteger("version")))
                .toList();
    }
}
