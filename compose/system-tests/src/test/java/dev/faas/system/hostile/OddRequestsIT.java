package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.Door.API;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import dev.faas.system.contract.RawHttp;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that unusual but valid HTTP requests succeed. */
@ExtendWith(WholeSystem.class)
class OddRequestsIT {
    private static final String SUBMIT = lines(
            "POST /v1/functions/{fn}/activations HTTP/1.1",
            "Host: faas",
            "Authorization: Bearer {token}",
            "Content-Type: text/plain");

    private static Scenario scene;

    @BeforeAll
    static void someoneHasAFunction(WholeSystem.Running system) throws Exception {
        scene = Scenario.of(system);
    }

    @Test
    void anAddressInAbsoluteFormIsOursWhateverItsHost() throws IOException {
        var answer = answer(lines(
                "GET http://evil.example/v1/functions/{fn} HTTP/1.1",
                "Host: evil.example",
                "Authorization: Bearer {token}",
                ""));

        assertThat(answer.text()).contains("\"name\":\"" + Scenario.FUNCTION + "\"");
    }

    @Test
    void aClientOfHttp10IsAnsweredAndTheConnectionClosed() throws IOException {
        try (var http = scene.connect(API)) {
            assertThat(http.send("GET /healthz HTTP/1.0\r\n\r\n")
                            .answer()
                            .orElseThrow()
                            .status())
                    .isEqualTo(200);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyInChunksIsTheArgument() throws IOException {
        var answer =
                answer(SUBMIT + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX-T: t\r\n\r\n");

        assertThat(answer.status()).isEqualTo(202);
    }

    /** The chunk sizes define the body; bytes after a wrong Content-Length are not another request. */
    @Test
    void aBodyInBothFramingsIsReadByItsChunksAndTheConnectionClosed() throws IOException {
        try (var http = scene.connect(API)) {
            http.send(scene.fillIn(SUBMIT + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nab\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: faas\r\n\r\n"));
            assertThat(http.answer().orElseThrow().status()).isEqualTo(202);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToContinue() throws IOException {
        try (var http = scene.connect(API)) {
            http.send(scene.fillIn(SUBMIT + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
            assertThat(http.isToldToContinue()).isTrue();
            assertThat(http.send("ab").answer().orElseThrow().status()).isEqualTo(202);
        }
    }

    @Test
    void fiftyRequestsInOnePacketGetFiftyAnswersInTheirOrder() throws IOException {
        var requests = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            requests.append("GET /nothing HTTP/1.1\r\nHost: faas\r\nX-Request-Id: r")
                    .append(i)
                    .append("\r\n\r\n");
        }
        try (var http = scene.connect(API)) {
            http.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(http.answer().orElseThrow().header("X-Request-Id")).contains("r" + i);
            }
        }
    }

    @Test
    void aRequestIdThatIsNotSaneIsReplaced() throws IOException {
        for (var id : new String[] {"", "a b", "a\"b", "<script>", "{}", "\u00e9", "a".repeat(129), "../x"}) {
            assertThat(answer("GET /healthz HTTP/1.1\r\nHost: faas\r\nX-Request-Id: " + id + "\r\n\r\n")
                            .header("X-Request-Id")
                            .orElseThrow())
                    .matches("[0-9a-f]{16}");
        }
    }

    @Test
    void aLineBreakInAReferenceMakesNoHeader() throws IOException {
        var answer = answer(lines(
                "GET /v1/functions/a%0d%0aX-Evil:%20yes HTTP/1.1", "Host: faas", "Authorization: Bearer {token}", ""));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("X-Evil")).isEmpty();
    }

    private static RawHttp.Answer answer(String request) throws IOException {
        try (var http = scene.connect(API)) {
            return http.send(scene.fillIn(request)).answer().orElseThrow();
        }
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }
}
