package dev.faas.cli.account;

import static dev.faas.cli.StubServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ApiDocument;
import dev.faas.cli.ClientRun;
import dev.faas.cli.ClientRun.Setup;
import dev.faas.cli.StubFixture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** API keys, sessions and limits of the user. */
class AccountVerbsTest extends StubFixture {
    private static final String KEYS = "/v1/auth/keys";
    private static final String SESSIONS = "/v1/auth/sessions";
    private static final String A = "key_06b7gd98g07rk4q3v8x2m5n9ta";
    private static final String B = "key_06b7gd98g07rk4q3v8x2m5n9tb";
    private static final String KEY = "faas_0123456789abcdefghijklmnopqrstuvwxyz";
    private static final String CREATED = """
            {"keyId":"%s","name":"ci","key":"%s","scopes":["read","invoke"],"expiresAt":"2027-01-01T00:00:00.000Z"}""".formatted(A, KEY);

    private static String key(String id, String name) {
        return """
                {"keyId":"%s","name":"%s","hint":"faas_0123","scopes":["read","invoke"],\
                "createdAt":"2026-11-24T00:00:00.000Z","expiresAt":"2999-01-01T00:00:00.000Z",\
                "lastUsedAt":%s}""".formatted(id, name, id.equals(A) ? "\"2026-11-25T02:00:00.000Z\"" : null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            key create ci | {"name":"ci"}
            key create ci --scope read,invoke --scope read | {"name":"ci","scopes":["read","invoke"]}
            key create ci --expires 30d | {"name":"ci","expiresInDays":30}
            key create ci --expires 48h | {"name":"ci","expiresInDays":2}
            """)
    void aNewKeyIsAloneOnStandardOutput(String line, String body) {
        server.on("POST", KEYS, 201, CREATED);

        assertThat(run(line))
                .isEqualTo(new ClientRun(
                        0,
                        KEY + "\n",
                        "This is the API key " + A + " (read, invoke), valid until 2027-01-01T00:00:00.000Z."
                                + " It is shown only once: store it now.\n"));
        assertThat(server.received())
                .singleElement()
                .satisfies(call -> assertThat(call.body()).isEqualTo(body));
    }

    @ParameterizedTest
    @CsvSource({"-q", "-o name", "-o jsonl"})
    void noFormHidesANewKey(String form) {
        server.on("POST", KEYS, 201, CREATED);

        assertThat(run("key create ci " + form).out()).contains(KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "30, is not a number of whole days",
        "36h, is not a number of whole days",
        "0d, is not a number of whole days",
        "soon, is not a duration",
        "1d --scope write, Invalid value"
    })
    void whatIsNoKeyIsRefusedHere(String expires, String text) {
        var run = run("key create ci --expires " + expires);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains(text);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void aRefusedFieldIsNamedByItsFlag() {
        server.on(
                "POST",
                KEYS,
                400,
                "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"expiresInDays\",\"message\":\"must be 1 to 366\"}]}");

        assertThat(run("key create ci --expires 900d"))
                .isEqualTo(new ClientRun(
                        2, "", "faas: invalid API key (invalid_request)\n--expires, in days, must be 1 to 366\n"));
    }

    @Test
    void theScopesAreThoseOfTheApi() throws Exception {
        assertThat(Scope.values())
                .extracting(Enum::name)
                .isEqualTo(ApiDocument.read().schema("Scope").texts("enum"));
    }

    @Test
    void aFullQuotaIsNotAskedAgain() {
        server.on("POST", KEYS, 429, "{\"code\":\"quota_exceeded\",\"detail\":\"Delete one.\"}");

        assertThat(run("key create ci")).isEqualTo(new ClientRun(5, "", "faas: Delete one. (quota_exceeded)\n"));
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void keysAreListedWithoutThemselves() {
        server.on("GET", KEYS, 200, page(key(B, "laptop"), key(A, "ci")));

        assertThat(run("key list").out()).isEqualTo("""
                        %s\tlaptop\tfaas_0123…\tread,invoke\t2999-01-01T00:00:00.000Z\t2026-11-24T00:00:00.000Z\t
                        %s\tci\tfaas_0123…\tread,invoke\t2999-01-01T00:00:00.000Z\t2026-11-24T00:00:00.000Z\t2026-11-25T02:00:00.000Z
                        """.formatted(B, A));
        assertThat(run("key list -o name").out()).isEqualTo(B + "\n" + A + "\n");
        assertThat(Setup.at(server).onTerminal(120).run("key", "list").out())
                .containsPattern("laptop .*in [0-9]+d  [0-9]+[smhd] ago");
    }

    @Test
    void theOtherKeysAreDeleted() {
        server.on("DELETE", KEYS + "/ci", 404, "{\"code\":\"key_not_found\"}")
                .on("DELETE", KEYS + "/x", 404, "{\"code\":\"key_not_found\"}")
                .on("DELETE", KEYS + "/" + A, 204, "")
                .on("GET", KEYS, 200, page(key(B, "laptop"), key(A, "ci")));

        assertThat(run("key delete ci x " + A)).isEqualTo(new ClientRun(4, "", """
                        faas: no API key has the id "ci" (key_not_found)
                        It is the name of: %1$s
                        faas: no API key has the id "x" (key_not_found)
                        List them: faas key list
                        Deleted %1$s.
                        """.formatted(A)));
    }

    @Test
    void aDeletionThatIsRepeatedIsNoFailure() {
        server.on("DELETE", KEYS + "/" + A, 503, "{\"code\":\"unavailable\"}")
                .on("DELETE", KEYS + "/" + A, 404, "{\"code\":\"key_not_found\"}");

        assertThat(run("key delete " + A).exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"key list", "sessions", "key delete " + A})
    void aKeyThatMayNotIsTold(String line) {
        var refusal = "{\"code\":\"forbidden\",\"detail\":\"No API key may make this call. Log in.\"}";
        server.on("GET", KEYS, 403, refusal)
                .on("GET", SESSIONS, 403, refusal)
                .on("DELETE", KEYS + "/" + A, 403, refusal);

        assertThat(run(line))
                .isEqualTo(new ClientRun(6, "", "faas: No API key may make this call. Log in. (forbidden)\n"));
    }

    @ParameterizedTest
    @CsvSource({"sessions", "sessions list"})
    void sessionsAreListedAndTheCurrentOneIsMarked(String line) {
        server.on("GET", SESSIONS, 200, page("""
                {"sid":"sid_1","createdAt":"2026-11-24T09:00:00.000Z","lastUsedAt":"2026-11-24T10:00:00.000Z",\
                "endsAt":"2027-02-22T09:00:00.000Z","address":"198.51.100.7","client":"faas-cli","current":true}""", """
                {"sid":"sid_2","createdAt":"2026-11-20T09:00:00.000Z","lastUsedAt":"2026-11-20T09:00:00.000Z",\
                "endsAt":"2027-02-18T09:00:00.000Z","address":null,"client":null,"current":false}"""));

        assertThat(run(line).out())
                .isEqualTo("*\tsid_1\t198.51.100.7\tfaas-cli"
                        + "\t2026-11-24T10:00:00.000Z\t2026-11-24T09:00:00.000Z\t2027-02-22T09:00:00.000Z\n"
                        + "\tsid_2\t\t"
                        + "\t2026-11-20T09:00:00.000Z\t2026-11-20T09:00:00.000Z\t2027-02-18T09:00:00.000Z\n");
    }

    @Test
    void sessionsAreEnded() {
        server.on("DELETE", SESSIONS + "/sid_1", 204, "")
                .on("DELETE", SESSIONS + "/sid_22", 404, "{\"code\":\"session_not_found\"}")
                .on("DELETE", SESSIONS, 204, "")
                .on("GET", SESSIONS, 200, page("{\"sid\":\"sid_2\"}"));

        assertThat(run("sessions end sid_22 sid_1")).isEqualTo(new ClientRun(4, "", """
                        faas: no session "sid_22" (session_not_found)
                        did you mean "sid_2"? List them: faas sessions
                        Ended sid_1.
                        """));
        assertThat(run("sessions end --others")).isEqualTo(new ClientRun(0, "", "Ended all other sessions.\n"));
        assertThat(run("sessions end").exit()).isEqualTo(2);
        assertThat(run("sessions end sid_1 --others").exit()).isEqualTo(2);
        assertThat(server.received()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"quota, /v1/auth/me", "quota anna, /v1/admin/users/anna"})
    void aQuotaIsPrintedWithItsUse(String line, String asked) {
        var quota = """
                {"limits":{"functions":500,"queued":null,"storedMb":64,"unheardOf":7},"used":{"functions":3,"queued":12,"storedMb":2}}""";
        server.on("GET", asked, 200, "{\"userId\":\"usr_1\"}").on("GET", "/v1/projects/usr_1/quota", 200, quota);

        assertThat(run(line).out()).isEqualTo("""
                        functions\t3\t500\tfunctions
                        queued\t12\t\tqueued activations
                        storedMb\t2\t64\tMiB of records, arguments, results and logs
                        unheardOf\t\t7\t
                        """);
        assertThat(Setup.at(server).onTerminal(80).run(line.split(" ")).out().lines())
                .containsExactlyElementsOf(List.of(
                        "NAME       USED  LIMIT  COUNTS",
                        "functions     3    500  functions",
                        "queued       12   none  queued activations",
                        "storedMb      2     64  MiB of records, arguments, results and logs",
                        "unheardOf            7"));
        assertThat(run(line + " -o jsonl").out()).isEqualTo(quota + "\n");
    }
}
