package dev.faas.cli.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.ClientRun;
import dev.faas.cli.Doc;
import dev.faas.cli.StubFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Secrets of functions. */
class SecretVerbsTest extends StubFixture {
    private static final String SECRETS = "/v1/secrets";
    private static final String DB = """
            {"name":"db","versions":[{"version":2,"createdAt":"2026-11-25T00:00:00.000Z","createdBy":"usr_1"},\
            {"version":1,"createdAt":"2026-11-24T00:00:00.000Z","createdBy":"usr_1"}],"usedBy":["resize","sync"]}""";
    private static final String OTHER = """
            {"name":"other","versions":[{"version":7,"createdAt":"2026-11-24T00:00:00.000Z","createdBy":"usr_1"}],\
            "usedBy":[]}""";

    private ClientRun run(byte[] input, String line) {
        var before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return run(line);
        } finally {
            System.setIn(before);
        }
    }

    private byte[] sent() throws IOException {
        var body = Doc.parse(server.received().getLast().body());
        assertThat(body.fields()).containsOnlyKeys("valueBase64");
        return Base64.getDecoder().decode(body.text("valueBase64"));
    }

    /** In both: $ for a line feed, % for a carriage return. */
    @ParameterizedTest
    @CsvSource({"hunter2, hunter2", "hunter2$, hunter2", "hunter2%$, hunter2", "a$b$$, a$b$", "ä, ä"})
    void aPipeGivesTheValueWithoutItsLastLineEnd(String input, String value) throws IOException {
        server.on("PUT", SECRETS + "/db", 201, "{\"name\":\"db\",\"version\":1}");

        assertThat(run(bytes(input), "secret set db")).isEqualTo(new ClientRun(0, "", "Stored db, version 1.\n"));
        assertThat(sent()).isEqualTo(bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.replace('$', '\n').replace('%', '\r').getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aFileIsTheValueByteForByte(@TempDir Path folder) throws IOException {
        var value = new byte[] {0, (byte) 0xff, '\n'};
        var file = Files.write(folder.resolve("key"), value);
        server.on("PUT", SECRETS + "/db", 200, "{\"name\":\"db\",\"version\":3}");

        assertThat(run("secret set db --from-file " + file)).isEqualTo(new ClientRun(0, "", "Stored db, version 3.\n"));
        assertThat(sent()).isEqualTo(value);
        assertThat(run(value, "secret set db --from-file -").exit()).isZero();
        assertThat(sent()).isEqualTo(value);
    }

    @Test
    void aValueThatIsTooLargeIsNotSent() {
        assertThat(run(new byte[70_000], "secret set db"))
                .isEqualTo(new ClientRun(2, "", "faas: standard input has more than 65536 bytes\n"));
        assertThat(run(new byte[70_000], "secret set db --from-file -"))
                .isEqualTo(new ClientRun(2, "", "faas: --from-file: - has more than 65536 bytes\n"));
        assertThat(server.received()).isEmpty();
    }

    @Test
    void nothingThatIsPrintedHasTheValue() {
        server.on(
                "PUT",
                SECRETS + "/db",
                400,
                "{\"code\":\"invalid_request\",\"errors\":[{\"field\":\"valueBase64\",\"message\":\"must be shorter\"}]}");

        var run = run(bytes("hunter2"), "secret set db --debug");

        assertThat(run.err())
                .endsWith("faas: invalid secret (invalid_request)\nthe value must be shorter\n")
                .contains("bytes)")
                .doesNotContain("hunter2", Base64.getEncoder().encodeToString(bytes("hunter2")));
    }

    @Test
    void secretsAreListedAndShown() {
        server.on("GET", SECRETS, 200, "{\"items\":[%s,%s],\"next\":null}".formatted(DB, OTHER))
                .on("GET", SECRETS + "/db", 200, DB);

        assertThat(run("secret list").out())
                .isEqualTo("db\t2\tresize,sync\t2026-11-25T00:00:00.000Z\nother\t7\t\t2026-11-24T00:00:00.000Z\n");
        assertThat(run("secret ls -o name").out()).isEqualTo("db\nother\n");
        assertThat(run("secret get db").out()).isEqualTo("""
                        db
                        version 2, stored 2026-11-25T00:00:00.000Z by usr_1
                        version 1, stored 2026-11-24T00:00:00.000Z by usr_1
                        named by resize, sync
                        """);
        assertThat(run("secret get db -o jsonl").out()).isEqualTo(DB + "\n");
    }

    @Test
    void theOtherSecretsAreDeleted() {
        server.on("DELETE", SECRETS + "/bd", 404, "{\"code\":\"secret_not_found\"}")
                .on("DELETE", SECRETS + "/db", 409, "{\"code\":\"secret_in_use\",\"detail\":\"resize names it.\"}")
                .on("DELETE", SECRETS + "/other", 204, "")
                .on("GET", SECRETS, 200, "{\"items\":[%s,%s],\"next\":null}".formatted(DB, OTHER));

        assertThat(run("secret delete bd db other")).isEqualTo(new ClientRun(4, "", """
                        faas: no secret "bd" (secret_not_found)
                        did you mean "db"? List them: faas secret list
                        faas: resize names it. (secret_in_use)
                        Deleted other.
                        """));
    }
}
