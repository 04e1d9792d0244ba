package dev.faas.auth.admin;

import dev.faas.audit.AuditEntry;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.pg.Pg;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table {@code setting}. */
public final class SettingStore {
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

    /** What an admin has set, else what the environment says. */
    Future<Registration> findSetRegistration() {
        return pg.withPool(SettingStore::findStored).map(stored -> stored.orElse(rules.registration()));
    }

    /** Empty: as the environment says. */
    Future<Registration> setRegistration(Optional<Registration> registration, Origin origin) {
        return pg.inTransaction(tx -> lock(tx).compose(locked -> UserStore.requireAdmin(tx, origin))
                .compose(admin -> findStored(tx))
                .compose(before -> tx.preparedQuery("update setting set registration = $1")
                        .execute(Tuple.of(text(registration)))
                        .compose(updated -> audit.write(
                                tx,
                                AuditEntry.done(
                                        origin,
                                        "settings.update",
                                        "registration",
                                        new JsonObject()
                                                .put("from", text(before))
                                                .put("to", text(registration)))))
                        .map(registration.orElse(rules.registration()))));
    }

    Future<Admission> findAdmission(SqlClient client) {
        return client.preparedQuery("""
                        select registration, not exists (select from account)
                        and first_started_at + make_interval(secs => $1) > clock_timestamp() as first from setting""")
                .execute(Tuple.of((double) rules.window().toSeconds()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    var first = rules.firstIsAdmin() && row.getBoolean("first");
                    var registration = read(row.getString("registration")).orElse(rules.registration());
                    return new Admission(
                            registration == Registration.FIRST && !first ? Registration.INVITATION : registration,
                            first);
                });
    }

    /** Puts changes that concern all accounts in order, until the end of the transaction. */
    static Future<Void> lock(SqlConnection tx) {
        return tx.query("select from setting for update").execute().mapEmpty();
    }

    private static Future<Optional<Registration>> findStored(SqlClient client) {
        return client.query("select registration from setting")
                .execute()
                .map(rows -> read(rows.iterator().next().getString("registration")));
    }

    private static Optional<Registration> read(@Nullable String text) {
        return Optional.ofNullable(text).map(REGISTRATIONS::get);
    }

    private static @Nullable String text(Optional<Registration> registration) {
        return registration.map(Registration::text).orElse(null);
    }
}
