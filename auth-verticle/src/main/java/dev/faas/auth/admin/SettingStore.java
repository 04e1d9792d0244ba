package dev.faas.auth.admin;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.config.Profile;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes the table {@code setting}. */
public final class SettingStore {
    private static final Logger LOG = LoggerFactory.getLogger(SettingStore.class);
    private static final Map<String, Registration> REGISTRATIONS = Registration.byText();

    /**
     * @param registration in force; {@code first} only as long as somebody may become the first admin
     * @param firstAdminWanted whether the next account would be the first one, and an admin
     */
    record Admission(Registration registration, boolean firstAdminWanted) {}

    private final Pg pg;
    private final RegistrationRules rules;
    private final AuditStore audit;

    public SettingStore(Pg pg, RegistrationRules rules, AuditStore audit) {
        this.pg = pg;
        this.rules = rules;
        this.audit = audit;
    }

    public Future<Registration> findRegistration() {
        return pg.withPool(this::findAdmission).map(Admission::registration);
    }

    /** Made with the platform; it never changes. */
    public Future<UUID> browserSecret() {
        return pg.withPool(pool -> pool.query("select browser_secret from setting")
                .execute()
                .map(rows -> rows.iterator().next().getUUID("browser_secret")));
    }

    /** At the start of the service. */
    public Future<Void> warnIfOpen() {
        return findRegistration()
                .onSuccess(registration -> {
                    if (registration == Registration.OPEN && rules.profile() == Profile.SHARED) {
                        LOG.warn("registration is open to everyone on a shared platform setting=FAAS_REGISTRATION");
                    }
                })
                .mapEmpty();
    }

    /** What an admin has set, else what the environment says. */
    Future<Registration> findSetRegistration() {
        return pg.withPool(this::findStored).map(stored -> stored.orElse(rules.registration()));
    }

    /** Empty: as the environment says. */
    Future<Registration> setRegistration(Optional<Registration> registration, Origin origin) {
        return pg.inTransaction(tx -> lock(tx).compose(locked -> UserStore.requireAdmin(tx, origin))
                .compose(admin -> findStored(tx))
                .compose(before -> tx.preparedQuery("update setting set registration = $1, chosen = true")
                        .execute(Tuple.of(text(registration)))
                        .compose(updated -> audit.write(
                                tx,
                                AuditEntry.done(
                                        origin,
                                        "settings.update",
                                        "registration",
                                        new JsonObject()
                                                .put(
                                                        "registration",
                                                        AuditEntry.change(text(before), text(registration))))))
                        .map(registration.orElse(rules.registration()))));
    }

    Future<Admission> findAdmission(SqlClient client) {
        return client.preparedQuery("""
                        select registration, chosen, not exists (select from account)
                        and first_started_at + make_interval(secs => $1) > clock_timestamp() as first from setting""")
                .execute(Tuple.of((double) rules.window().toSeconds()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    var first = rules.firstIsAdmin() && row.getBoolean("first");
                    var registration = read(row).orElse(rules.registration());
                    return new Admission(
                            registration == Registration.FIRST && !first ? Registration.INVITATION : registration,
                            first);
                });
    }

    /** Puts changes that concern all accounts in order, until the end of the transaction. */
    static Future<Void> lock(SqlConnection tx) {
        return tx.query("select from setting for update").execute().mapEmpty();
    }

    private Future<Optional<Registration>> findStored(SqlClient client) {
        return client.query("select registration, chosen from setting")
                .execute()
                .map(rows -> read(rows.iterator().next()));
    }

    /** What an admin has set; or, unless the environment says something, what the platform has kept from an earlier version. */
    private Optional<Registration> read(Row row) {
        return row.getBoolean("chosen") || !rules.given()
                ? Optional.ofNullable(row.getString("registration")).map(REGISTRATIONS::get)
                : Optional.empty();
    }

    private static @Nullable String text(Optional<Registration> registration) {
        return registration.map(Registration::text).orElse(null);
    }
}
