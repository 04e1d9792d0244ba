package dev.faas.cli.admin;

import static dev.faas.cli.StubServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.ClientRun;
import dev.faas.cli.StubFixture;
import dev.faas.cli.account.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What admins do: which calls they make, and what is printed. */
class AdminVerbsTest extends StubFixture {
    private static final String USERS = "/v1/admin/users";
    private static final String INVITATIONS = "/v1/admin/invitations";
    private static final String AUDIT = "/v1/admin/audit/";
    private static final String ANNA = "usr_06b7gd98g07rk4q3v8x2m5n9tb";
    private static final String USER = """
            {"userId":"%s","username":"anna","roles":["user","admin"],"state":"active",\
            "createdAt":"2026-11-24T00:00:00.000Z","lastLoginAt":null}""".formatted(ANNA);
    private static final String CODE = "{\"code\":\"C1\",\"expiresAt\":\"2026-12-02T00:00:00.000Z\"}";
    private static final String NO_USER = "{\"code\":\"user_not_found\",\"detail\":\"There is no user.\"}";

    private List<String> calls() {
        return server.received().stream()
                .map(call -> (call.method() + " " + call.path() + " " + call.body()).strip())
                .toList();
    }

    @BeforeEach
    void haveAnna() {
        server.on("GET", USERS + "/anna", 200, USER);
    }

    @Test
    void usersAreListed() {
        server.on("GET", USERS, 200, page(USER));

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
    void allLoginsOfUsersAreEnded() {
        server.on("DELETE", USERS + "/anna/sessions", 204, "")
                .on("DELETE", USERS + "/ana/sessions", 404, NO_USER)
                .on("GET", USERS, 200, page(USER));

        assertThat(run("admin user logout ana anna")).isEqualTo(new ClientRun(4, "", """
                        faas: no user "ana" (user_not_found)
                        did you mean "anna"? List them: faas admin user list
                        Ended all logins of anna.
                        """));
    }

    @Test
    void theOtherUsersAreChangedToo() {
        server.on("GET", USERS, 200, page(USER))
                .on("PATCH", USERS + "/ana", 404, NO_USER)
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
            anna --defaults | {"quota":null}
            """)
    void aQuotaIsChanged(String line, String body) {
        server.on("PATCH", "/v1/admin/projects/" + ANNA, 200, """
                {"id":"%s","quota":{},"limits":{"functions":2000},"used":{"functions":3}}""".formatted(ANNA));

        assertThat(run("admin quota set " + line)).isEqualTo(new ClientRun(0, "functions\t3\t2000\tfunctions\n", ""));
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
        var run = run("admin quota set " + line);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(text);
        assertThat(server.received()).isEmpty();
    }

    /** A deleted user's name is in the log. */
    @Test
    void quotasAreListedWithTheNamesOfTheirUsers() {
        var deleted = "usr_06b7gd98g07rk4q3v8x2m5n9tc";
        var row = """
                {"id":"%s","quota":{"functions":9,"queued":null},"limits":{"functions":9,"specKb":4096,"queued":null},\
                "used":{"functions":3,"specKb":5,"queued":12}}""";
        server.on("GET", "/v1/admin/projects", 200, page(row.formatted(ANNA), row.formatted(deleted)))
                .on("GET", USERS + "/" + ANNA, 200, USER)
                .on("GET", USERS + "/" + deleted, 404, NO_USER)
                .on("GET", "/v1/admin/audit/auth", 200, page("{\"changes\":{\"username\":\"berta\"}}"));

        assertThat(run("admin quota list").out())
                .isEqualTo(
                        "anna\t%s\t3/9\t5/4096\t12\tfunctions=9,queued=none\nberta\t%s\t3/9\t5/4096\t12\tfunctions=9,queued=none\n"
                                .formatted(ANNA, deleted));
        assertThat(calls()).last().asString().contains("action=account.create&target=" + deleted);
    }

    @Test
    void theNamesOfManyUsersAreReadAtOnce() {
        var rows = IntStream.range(0, 60)
                .mapToObj(i -> "{\"id\":\"usr_06b7gd98g07rk4q3v8x2m5n9%02d\"}".formatted(i))
                .toArray(String[]::new);
        var users = IntStream.range(0, 60)
                .mapToObj(i -> "{\"userId\":\"usr_06b7gd98g07rk4q3v8x2m5n9%02d\",\"username\":\"u%d\"}".formatted(i, i))
                .toArray(String[]::new);
        server.on("GET", "/v1/admin/projects", 200, page(rows))
                .on("GET", "/v1/admin/audit/auth", 200, page())
                .on("GET", USERS, 200, page(users));
        IntStream.range(0, 20)
                .forEach(i -> server.on("GET", USERS + "/usr_06b7gd98g07rk4q3v8x2m5n9%02d".formatted(i), 404, NO_USER));

        assertThat(run("admin quota list -o name").out().lines()).hasSize(60).contains("u20", "u59");
        assertThat(server.received()).hasSizeLessThan(50);
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
        assertThat(api.schema("AuditRow").doc("properties").doc("action").text("description"))
                .contains(new AuditCommand.Actions());
    }

    private static String row(int seq, int hour, String actor, String target) {
        return """
                {"seq":%d,"at":"2026-11-24T%02d:00:00.000Z","actor":"%s","action":"a.b","target":%s,\
                "outcome":"ok","address":null,"changes":{"username":"ada"}}""".formatted(seq, hour, actor, target);
    }

    @Test
    void bothAuditLogsArePrintedByTimeWithTheNamesOfUsers() {
        server.on("GET", AUDIT + "auth", 200, page(row(7, 9, "operator", '"' + ANNA + '"'), row(6, 5, "x", "null")))
                .on("GET", AUDIT + "registry", 200, page(row(7, 8, ANNA, "\"db\""), row(6, 7, ANNA, "null")))
                .on("GET", USERS + "/" + ANNA, 200, USER);

        assertThat(run("admin audit --limit 3").out()).isEqualTo("""
                        2026-11-24T09:00:00.000Z\ta.b\tok\toperator\tanna\t\t{"username":"ada"}
                        2026-11-24T08:00:00.000Z\ta.b\tok\tanna\tdb\t\t{"username":"ada"}
                        2026-11-24T07:00:00.000Z\ta.b\tok\tanna\t\t\t{"username":"ada"}
                        """);
        assertThat(calls())
                .containsExactly(
                        "GET " + AUDIT + "auth?limit=3",
                        "GET " + AUDIT + "registry?limit=3",
                        "GET " + USERS + "/" + ANNA);
        assertThat(run("admin audit -o name").out()).isEqualTo("auth/7\nregistry/7\nregistry/6\nauth/6\n");
        assertThat(run("admin audit registry --limit 1 -o jsonl").out())
                .contains("\"actor\":\"" + ANNA + "\"", "\"actorName\":\"anna\"", "\"log\":\"registry\"");
    }

    /** A deleted user's name is in the log. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --actor anna | actor=usr_06b7gd98g07rk4q3v8x2m5n9tb
            --actor gone | actor=usr_06b7gd98g07rk4q3v8x2m5n9tc
            --actor operator | actor=operator
            --actor anonymous | actor=anonymous
            --actor platform | actor=platform
            --target anna | target=usr_06b7gd98g07rk4q3v8x2m5n9tb
            --target registration | target=registration
            --target sid_c3RvbmUgaXMgaGFyZCEhIQ | target=sid_c3RvbmUgaXMgaGFyZCEhIQ
            --action a.b --outcome ok --since 2026-01-31T12:00:00Z | action=a.b&outcome=ok&since=2026-01-31T12%3A00%3A00Z
            """)
    void theAuditLogsAreFiltered(String flags, String query) {
        var gone = "usr_06b7gd98g07rk4q3v8x2m5n9tc";
        server.on("GET", USERS + "/gone", 404, NO_USER)
                .on("GET", USERS + "/" + gone, 404, NO_USER)
                .on("GET", USERS + "/registration", 404, NO_USER)
                .on("GET", AUDIT + "auth", 200, page("""
                        {"target":"%s","changes":{"username":"gone"}}""".formatted(gone)))
                .on("GET", AUDIT + "registry", 200, page());

        assertThat(run("admin audit --limit 5 " + flags).exit()).isZero();

        assertThat(calls())
                .contains(
                        "GET " + AUDIT + "auth?" + query + "&limit=5",
                        "GET " + AUDIT + "registry?" + query + "&limit=5");
    }

    @Test
    void anActorWhoNeverWasIsRefused() {
        server.on("GET", USERS + "/ana", 404, NO_USER).on("GET", AUDIT + "auth", 200, page());

        assertThat(run("admin audit --actor ana"))
                .isEqualTo(new ClientRun(
                        4, "", "faas: there is and was no user \"ana\"\nList them: faas admin user list\n"));
    }

    @Test
    void anExportHasBothLogsWithTheNamesOfUsers() {
        server.on("GET", AUDIT + "auth/export", 200, "{\"seq\":1,\"actor\":\"" + ANNA + "\"}\n{\"seq\":2}\n")
                .on("GET", AUDIT + "registry/export", 200, "{\"seq\":1}\n")
                .on("GET", USERS + "/" + ANNA, 200, USER);

        assertThat(run("admin audit --export")).isEqualTo(new ClientRun(0, """
                        {"seq":1,"actor":"%s","actorName":"anna","targetName":null,"log":"auth"}
                        {"seq":2,"actorName":null,"targetName":null,"log":"auth"}
                        {"seq":1,"actorName":null,"targetName":null,"log":"registry"}
                        """.formatted(ANNA), ""));
    }

    @Test
    void theLogOfTheRegistryTakesTargetsAsTheyAre() {
        server.on("GET", "/v1/admin/audit/registry", 200, page(""));

        run("admin audit registry --target db --action secret.delete");

        assertThat(calls()).containsExactly("GET /v1/admin/audit/registry?action=secret.delete&target=db&limit=20");
    }

    @Test
    void anExportThatBreaksOffIsAFailureAfterWholeLines() {
        server.on("GET", AUDIT + "auth/export", exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write("{\"seq\":1}\n{\"se".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.close();
        });

        var run = run("admin audit --export");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.out()).isEqualTo("{\"seq\":1,\"actorName\":null,\"targetName\":null,\"log\":\"auth\"}\n");
        assertThat(run.err()).startsWith("faas: the export broke off");
        assertThat(server.received()).hasSize(1);
    }
}
