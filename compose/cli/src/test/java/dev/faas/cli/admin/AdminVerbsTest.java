package dev.faas.cli.admin;

import static dev.faas.cli.StubServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.ClientRun;
import dev.faas.cli.ClientRun.Setup;
import dev.faas.cli.StubServer;
import dev.faas.cli.account.Quota;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What admins do: which calls they make, and what is printed. */
class AdminVerbsTest {
    private static final String USERS = "/v1/admin/users";
    private static final String INVITATIONS = "/v1/admin/invitations";
    private static final String ANNA = "usr_06b7gd98g07rk4q3v8x2m5n9tb";
    private static final String USER = """
            {"userId":"%s","username":"anna","roles":["user","admin"],"state":"active",\
            "createdAt":"2026-11-24T00:00:00.000Z","lastLoginAt":null}""".formatted(ANNA);
    private static final String CODE = "{\"code\":\"C1\",\"expiresAt\":\"2026-12-02T00:00:00.000Z\"}";
    private static final String NO_USER = "{\"code\":\"user_not_found\",\"detail\":\"There is no user.\"}";

    @AutoClose
    private final StubServer server = new StubServer();

    private ClientRun run(String line) {
        return Setup.at(server).run(line.split(" "));
    }

    private List<String> calls() {
        return server.received().stream()
                .map(call -> (call.method() + " " + call.path() + " " + call.body()).strip())
                .toList();
    }

    @BeforeEach
    void haveAnna() {
        server.on("GET", USERS, 200, page(USER)).on("GET", USERS + "/anna", 200, USER);
    }

    @Test
    void usersAreListed() {
        assertThat(run("admin user list").out())
                .isEqualTo("anna\t" + ANNA + "\tactive\tuser,admin\t\t2026-11-24T00:00:00.000Z\n");
        assertThat(run("admin user list -o name").out()).isEqualTo("anna\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            disable | {"state":"disabled"} | Disabled anna.
            enable | {"state":"active"} | Enabled anna.
            promote | {"roles":["user","admin"]} | anna is an admin now.
            demote | {"roles":["user"]} | anna is no admin any more.
            """)
    void aUserIsChanged(String verb, String body, String note) {
        server.on("PATCH", USERS + "/anna", 200, USER);

        assertThat(run("admin user " + verb + " anna")).isEqualTo(new ClientRun(0, "", note + "\n"));
        assertThat(run("admin user " + verb + " anna -o name").out()).isEqualTo("anna\n");
        assertThat(calls()).containsOnly("PATCH " + USERS + "/anna " + body);
    }

    @Test
    void theOtherUsersAreChangedToo() {
        server.on("PATCH", USERS + "/ana", 404, NO_USER)
                .on(
                        "PATCH",
                        USERS + "/root",
                        409,
                        "{\"code\":\"last_admin\",\"detail\":\"This is the only active admin.\"}")
                .on("PATCH", USERS + "/anna", 200, USER);

        assertThat(run("admin user demote ana root anna anna")).isEqualTo(new ClientRun(4, "", """
                        faas: no user "ana" (user_not_found)
                        did you mean "anna"? List them: faas admin user list
                        faas: This is the only active admin. (last_admin)
                        anna is no admin any more.
                        """));
    }

    @Test
    void whoIsNoAdminIsRefused() {
        server.on("PATCH", USERS + "/anna", 403, "{\"code\":\"forbidden\",\"detail\":\"Only for admins.\"}");

        assertThat(run("admin user enable anna anna2"))
                .isEqualTo(new ClientRun(6, "", "faas: Only for admins. (forbidden)\n"));
        assertThat(server.received()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user create anna | POST /v1/admin/users {"username":"anna"} | faas password reset %s --code CODE
            user reset anna | POST /v1/admin/users/anna/reset | faas password reset %s --code CODE
            invitation create | POST /v1/admin/invitations {} | faas register %s --invitation CODE
            invitation create --username anna --admin --expires 7d | \
            POST /v1/admin/invitations {"username":"anna","admin":true,"expiresInHours":168} | \
            faas register %s --invitation CODE
            """)
    void aCodeIsAloneOnStandardOutput(String line, String call, String use) {
        server.on("POST", USERS, 201, CODE)
                .on("POST", USERS + "/anna/reset", 201, CODE)
                .on("POST", INVITATIONS, 201, CODE);

        var run = run("admin " + line);

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("C1\n");
        assertThat(run.err())
                .contains("once, until 2026-12-02T00:00:00.000Z: " + use.formatted(server.url()), "shown only once");
        assertThat(calls()).containsExactly(call);
    }

    @Test
    void aUserIsDeletedAfterAYes() {
        server.on("DELETE", USERS + "/anna", 202, USER).on("GET", USERS + "/ana", 404, NO_USER);

        assertThat(run("admin user delete anna").exit()).isEqualTo(2);
        assertThat(run("admin user delete anna ana --yes").exit()).isEqualTo(4);
        assertThat(calls()).noneMatch(call -> call.startsWith("DELETE"));
        assertThat(run("admin user delete anna --yes")).isEqualTo(new ClientRun(0, "", "Deleted anna.\n"));
        assertThat(calls()).last().isEqualTo("DELETE " + USERS + "/anna");
    }

    @Test
    void invitationsAreListedAndWithdrawn() {
        server.on("GET", INVITATIONS, 200, page("""
                        {"id":"inv_1","username":null,"admin":true,"createdBy":"%s",\
                        "createdAt":"2026-11-24T00:00:00.000Z","expiresAt":"2026-11-27T00:00:00.000Z"}""".formatted(ANNA))).on("DELETE", INVITATIONS + "/inv_1", 204, "");

        assertThat(run("admin invitation list").out())
                .isEqualTo("inv_1\t\tyes\t2026-11-27T00:00:00.000Z\t" + ANNA + "\t2026-11-24T00:00:00.000Z\n");
        assertThat(run("admin invitation delete inv_1")).isEqualTo(new ClientRun(0, "", "inv_1 cannot be used.\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '' | GET /v1/admin/settings
            ' --registration closed' | PATCH /v1/admin/settings {"registration":"closed"}
            ' --registration default' | PATCH /v1/admin/settings {"registration":null}
            """)
    void settingsArePrintedAndChanged(String flags, String call) {
        server.on("GET", "/v1/admin/settings", 200, "{\"registration\":\"open\"}")
                .on("PATCH", "/v1/admin/settings", 200, "{\"registration\":\"open\"}");

        assertThat(run("admin settings" + flags)).isEqualTo(new ClientRun(0, "Registration: open\n", ""));
        assertThat(calls()).containsExactly(call);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            anna --limit functions=2000 --limit queued=none | {"quota":{"functions":2000,"queued":null}}
            usr_06b7gd98g07rk4q3v8x2m5n9tb --defaults | {"quota":null}
            """)
    void aQuotaIsChangedByTheNameOrTheIdOfTheUser(String line, String body) {
        server.on("PATCH", "/v1/admin/projects/" + ANNA, 200, """
                {"id":"%s","quota":{},"limits":{"functions":2000},"used":{"functions":3}}""".formatted(ANNA));

        assertThat(run("admin project update " + line))
                .isEqualTo(new ClientRun(0, "functions\t3\t2000\tfunctions\n", ""));
        assertThat(calls()).last().isEqualTo("PATCH /v1/admin/projects/" + ANNA + " " + body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            anna | give either --limit or --defaults
            anna --defaults --limit functions=1 | give either --limit or --defaults
            anna --limit function=1 | did you mean "functions"? List them: faas quota
            anna --limit functions=0 | neither a number of 1 or more nor none
            anna --limit functions=many | neither a number of 1 or more nor none
            anna --limit functions | --limit: 'functions' is not NAME=N
            """)
    void whatIsNoLimitIsRefusedHere(String line, String text) {
        var run = run("admin project update " + line);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(text);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void projectsAreListedWithTheirUse() {
        server.on("GET", "/v1/admin/projects", 200, page("""
                {"id":"usr_1","quota":{"functions":9,"queued":null},"limits":{"functions":9,"specKb":4096,"queued":null},\
                "used":{"functions":3,"specKb":5,"queued":12}}"""));

        assertThat(run("admin project list").out()).isEqualTo("usr_1\t3/9\t5/4096\t12\tfunctions=9,queued=none\n");
    }

    @Test
    void theWordsAreThoseOfTheApi() throws Exception {
        var api = ApiDocument.read();
        var modes = new ArrayList<>(api.schema("RegistrationMode").texts("enum"));
        modes.add("default");

        assertThat(api.schema("QuotaChange").doc("properties").fields().keySet())
                .containsExactlyElementsOf(Quota.names());
        assertThat(new SettingsCommand.Modes()).isEqualTo(modes);
        assertThat(AuditCommand.Result.values())
                .extracting(Enum::name)
                .isEqualTo(
                        api.schema("AuditRow").doc("properties").doc("outcome").texts("enum"));
    }

    @Test
    void theAuditLogIsFiltered() {
        server.on("GET", "/v1/admin/audit/auth", 200, page("""
                {"seq":7,"at":"2026-11-24T09:00:00.000Z","actor":"operator","action":"account.create","target":"%s",\
                "outcome":"ok","address":null,"changes":{"username":"ada"}}""".formatted(ANNA)));

        assertThat(run("admin audit auth --actor anna --target sid_c3RvbmUgaXMgaGFyZCEhIQ --action a.b --outcome ok"
                                + " --since 2026-01-31T12:00:00Z --limit 5")
                        .out())
                .isEqualTo("2026-11-24T09:00:00.000Z\taccount.create\tok\toperator\t" + ANNA
                        + "\t\t{\"username\":\"ada\"}\n");
        assertThat(calls())
                .containsExactly(
                        "GET /v1/admin/users/anna",
                        "GET /v1/admin/audit/auth?actor=" + ANNA
                                + "&action=a.b&target=sid_c3RvbmUgaXMgaGFyZCEhIQ&outcome=ok"
                                + "&since=2026-01-31T12%3A00%3A00Z&limit=5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "anonymous", "platform"})
    void whoIsNoUserNeedsNoName(String actor) {
        server.on("GET", "/v1/admin/audit/auth/export", 200, "{\"seq\":1}\n{\"seq\":2}\n");

        assertThat(run("admin audit --export --actor " + actor))
                .isEqualTo(new ClientRun(0, "{\"seq\":1}\n{\"seq\":2}\n", ""));
        assertThat(calls()).containsExactly("GET /v1/admin/audit/auth/export?actor=" + actor);
    }

    @Test
    void theLogOfTheRegistryTakesTargetsAsTheyAre() {
        server.on("GET", "/v1/admin/audit/registry", 200, page(""));

        run("admin audit registry --target db --action secret.delete");

        assertThat(calls()).containsExactly("GET /v1/admin/audit/registry?action=secret.delete&target=db&limit=20");
    }

    @Test
    void anExportThatBreaksOffIsAFailureAfterWholeLines() {
        server.on("GET", "/v1/admin/audit/auth/export", exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"seq\":1}\n{\"se".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        });

        var run = run("admin audit --export");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.out()).isEqualTo("{\"seq\":1}\n");
        assertThat(run.err()).startsWith("faas: the export broke off");
        assertThat(server.received()).hasSize(1);
    }
}
