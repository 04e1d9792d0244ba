package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.http.client.ClientAddress;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.TestKey;
import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in the registry's audit log, who reads it, and that the service itself cannot change it. */
class AuditTest extends RegistryFixture {
    private static final String PLANTED = "planted-secret-value";

    private String adminId;
    private Client admin;

    @BeforeEach
    void newAdmin() {
        adminId = Ids.user(Instant.now());
        admin = new Client(
                registry.port(),
                registry.tokens.token(
                        TestKey.claims(Instant.now().plusSeconds(600)).put("sub", adminId)));
    }

    private HttpAnswer putSecret(String name, String... headers) {
        return user.send(
                "PUT",
                "/v1/secrets/" + name,
                new JsonObject().put("value", PLANTED).encode(),
                headers);
    }

    @Test
    void eachChangeLeavesOneRow_andOneThatFailsOrChangesNothingLeavesNone() throws Exception {
        var spec = Client.function("audited").put("env", new JsonObject().put("PASSWORD", PLANTED));
        var id = user.post("/v1/functions", spec).json().getString("id");
        user.create("audited");
        user.send("POST", "/v1/functions?dryRun=true", Client.function("other").encode());
        user.send("PUT", "/v1/functions/audited", spec.encode());
        user.send(
                "PUT",
                "/v1/functions/audited",
                spec.put("image", "registry.example/b:2").encode());
        user.post("/v1/functions/audited/rollback", new JsonObject().put("revision", 1));
        user.post("/v1/functions/audited/rollback", new JsonObject().put("revision", 9));
        user.post("/v1/functions/audited/pause", new JsonObject());
        user.send("POST", "/v1/functions/audited/resume", "");
        user.send("POST", "/v1/callback-secret", "");
        user.send("POST", "/v1/callback-secret", "");
        putSecret("db");
        putSecret("db");
        putSecret("db", "If-Match", "\"9\"");
        user.delete("/v1/secrets/db");
        user.delete("/v1/secrets/db");
        user.delete("/v1/functions/audited");
        user.delete("/v1/functions/audited");
        var quota = new JsonObject().put("quota", new JsonObject().put("functions", 7));
        admin.patch("/v1/admin/projects/" + owner, quota);
        user.patch("/v1/admin/projects/" + owner, quota);

        assertThat(rows("actor = '" + owner + "'"))
                .isEqualTo("function.create " + id + " {name=audited revision=1},"
                        + " function.update " + id + " {name=audited revision=2},"
                        + " function.rollback " + id + " {name=audited revision=3},"
                        + " function.pause " + id + " {name=audited revision=3},"
                        + " function.resume " + id + " {name=audited revision=3},"
                        + " callback_secret.create " + owner + " {}, callback_secret.rotate " + owner + " {},"
                        + " secret.create db {version=1}, secret.update db {version=2}, secret.delete db {},"
                        + " function.delete " + id + " {name=audited revision=3}");
        assertThat(rows("actor = '" + adminId + "'"))
                .isEqualTo("quota.update " + owner + " {limits={\"to\": {\"functions\": 7}, \"from\": null}}");
        assertThat(registry.backends.number("select count(*) from audit where project = '" + owner + "'"))
                .isEqualTo(12);
        assertThat(registry.backends.text("select string_agg(a::text, ' ') from audit a"))
                .doesNotContain(PLANTED);
    }

    /** Rows without the image, in order. */
    private static String rows(String which) throws SQLException {
        return registry.backends.text(
                "select string_agg(concat(action, ' ', target, ' {', (select string_agg(key || '='"
                        + " || trim(both '\"' from value::text), ' ' order by key) from jsonb_each(changes)"
                        + " where key <> 'image'), '}'), ', ' order by seq) from audit where outcome = 'ok' and "
                        + which);
    }

    @Test
    void aRowSaysWhoDidItAndFromWhere_andAdminsReadAndExportIt() {
        var sent = user.send(
                "POST",
                "/v1/functions",
                Client.function("read").encode(),
                ClientAddress.HEADER,
                "192.0.2.7",
                "X-Request-Id",
                "of-the-test");
        assertThat(sent.status()).isEqualTo(201);
        user.delete("/v1/functions/read");

        var newest = admin.get("/v1/admin/audit/registry?project=" + owner + "&limit=1");
        assertThat(newest.items()).hasSize(1);
        assertThat(newest.items().getJsonObject(0).getString("action")).isEqualTo("function.delete");
        var row = admin.get("/v1/admin/audit/registry?project=" + owner + "&cursor=" + newest.next())
                .items()
                .getJsonObject(0);
        assertThat(row.getString("actor")).isEqualTo(owner);
        assertThat(row.getString("via")).startsWith("sid_");
        assertThat(row.getString("address")).isEqualTo("192.0.2.7");
        assertThat(row.getString("requestId")).isEqualTo("of-the-test");
        assertThat(row.getString("outcome")).isEqualTo("ok");

        var export = admin.get("/v1/admin/audit/registry/export?actor=" + owner);
        assertThat(export.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(export.text().lines().map(line -> new JsonObject(line).getString("action")))
                .containsExactly("function.create", "function.delete");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/admin/audit/registry", "/v1/admin/audit/registry/export"})
    void onlyAdminsReadIt(String path) {
        var refused = user.get(path);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.code()).isEqualTo("forbidden");
    }

    /** With the credential of the service, after it has given the table away. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit set actor = 'nobody'",
                "delete from audit",
                "truncate audit",
                "drop table audit",
                "alter table audit owner to faas_registry",
                "create trigger t before insert on audit execute function suppress_redundant_updates_trigger()",
                "grant update, delete on audit to faas_registry; delete from audit",
                "alter schema registry owner to faas_registry",
                "set role faas_registry_audit",
                "drop function keeper.prune_registry_audit()"
            })
    void theServicesRoleCannotChangeOrRemoveARow(String statement) throws Exception {
        user.create("kept");
        var role = registry.backends.postgres.role("registry");
        try (var connection = DriverManager.getConnection(registry.backends.jdbcUrl(), role.user(), role.password());
                var sql = connection.createStatement()) {
            assertThatThrownBy(() -> sql.execute(statement)).isInstanceOf(SQLException.class);
            sql.execute("create table if not exists later (id int)");
        }

        assertThat(rows("actor = '" + owner + "'")).startsWith("function.create ");
    }

    @Test
    void wrongFiltersAreNamed() {
        assertThat(admin.get("/v1/admin/audit/registry?since=x&limit=0").fields())
                .containsExactly("limit", "since");
    }
}
