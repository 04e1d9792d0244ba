package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiCommandTest extends StubFixture {
    @Test
    void sendsFieldsAsJsonWithTheTypesTheyLookLike() {
        server.on("POST", "/v1/functions", 201, "{\"id\":\"fn_1\"}");

        var run = run("api", "/v1/functions", "-f", "name=hello", "-f", "concurrency=3", "-f", "labels={\"a\":\"b\"}");

        assertThat(run).isEqualTo(new ClientRun(0, "{\"id\":\"fn_1\"}", ""));
        assertThat(server.received().getFirst().body())
                .isEqualTo("{\"name\":\"hello\",\"concurrency\":3,\"labels\":{\"a\":\"b\"}}");
        assertThat(server.received().getFirst().header("Authorization")).isEqualTo("Bearer token");
    }

    @Test
    void sendsPatch() {
        server.on("PATCH", "/v1/functions/hello", 200, "{}");

        assertThat(run("api", "patch", "/v1/functions/hello", "-d", "{\"concurrency\":1}")
                        .exit())
                .isZero();
        assertThat(server.received().getFirst().body()).isEqualTo("{\"concurrency\":1}");
    }

    @Test
    void paginatesToTheEnd() {
        server.on("GET", "/v1/functions", 200, "{\"items\":[{\"n\":1},{\"n\":2}],\"next\":\"a&b\"}")
                .on("GET", "/v1/functions", 200, "{\"items\":[{\"n\":3}],\"next\":null}");

        assertThat(run("api", "--paginate", "/v1/functions").out()).isEqualTo("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
        assertThat(server.received().getLast().path()).endsWith("&cursor=a%26b");
    }

    @ParameterizedTest
    @CsvSource({"400, 2", "401, 3", "404, 4", "403, 6", "409, 6", "410, 6", "412, 6", "413, 2", "422, 6", "500, 5"})
    void endsWithTheExitCodeOfTheProblem(int status, int exit) {
        server.on("GET", "/x", status, "{\"code\":\"some_code\",\"detail\":\"What happened.\",\"requestId\":\"r1\"}");

        var run = run("api", "/x");

        assertThat(run).isEqualTo(new ClientRun(exit, "", "faas: What happened. (some_code)\nrequest r1\n"));
    }

    @ParameterizedTest
    @CsvSource({"429", "502", "503", "504"})
    void repeatsWhenTheServerIsBusy(int status) {
        server.on("GET", "/x", status, "{\"code\":\"unavailable\"}").on("GET", "/x", 200, "{}");

        assertThat(run("api", "/x").exit()).isZero();
        assertThat(server.received()).hasSize(2);
    }

    /** Words are separated by ~; a $ stands for a line break. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            api~/v1/x?a=b c              | is not a path
            api~/v1/x[                   | is not a path
            api~FETCH~/v1/x              | is not a method
            api~/x~-H~A B: c             | is not the name of a header
            api~/x~-H~A: b$c             | has a line break
            api~/x~-H~A: €               | has a line break
            api~PATCH~/x~-H~Host: h      | the client sets this header by itself
            api~/x~--project~a$b         | projects are not available yet
            api~/x~--retry-for~9999999d  | is too long
            act~events~1~--after~1$2     | is not the number of an event
            act~events~1~--after=-1      | is not the number of an event
            act~wait~..                  | is not a name
            fn~get~.                     | is not a name
            api~--paginate~POST~/x       | --paginate is for GET
            api~/x~-f~a=b~-d~c           | exclude each other
            api~/x~--input=              | the name of the file is empty
            apply~-f=                    | the name of the file is empty
            fn~create~x~--image=x~--cpus=1d | is not a number
            fn~list~-l~novalue          | is not NAME=VALUE
            whoami~b                     | is one argument too many
            invoke~f~--output-file~/none/x | --output-file: cannot write /none/x: no such file
            invoke~f~--timeout~100ms     | is less than a second
            """)
    void refusesWhatARequestCannotHold(String words, String text) {
        var run = run(words.replace('$', '\n').split("~"));

        assertThat(run.err()).contains(text).doesNotContain("defect");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(server.received()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "x y", "ä"})
    void aTokenThatNoHeaderCanHoldIsNotPrinted(String token) {
        var run = ClientRun.Setup.at(server).with("FAAS_TOKEN", token).run("whoami");

        assertThat(run.err()).startsWith("faas: FAAS_TOKEN is not a token").doesNotContain(token);
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(server.received()).isEmpty();
    }

    @Test
    void anEmptyAnswerIsOfAnotherServer() {
        server.on("GET", "/v1/auth/me", 200, "");

        var run = run("whoami");

        assertThat(run.err()).contains("is empty\nThis is not a functions platform.");
        assertThat(run.exit()).isEqualTo(Exit.UNAVAILABLE);
    }

    static Stream<Arguments> exceptions() {
        var missing = new NoSuchFileException("/nope");
        return Stream.of(
                Arguments.of(missing, Exit.USAGE, "cannot read or write /nope: NoSuchFileException"),
                Arguments.of(
                        new UncheckedIOException(new IOException("disk full")),
                        Exit.USAGE,
                        "cannot read or write: disk full"),
                Arguments.of(new InterruptedException(), Exit.INTERRUPTED, "interrupted"),
                Arguments.of(
                        new IllegalStateException("x"), 70, "the client failed: java.lang.IllegalStateException: x"));
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void onlyADefectIsCalledOne(Exception e, int exit, String text) {
        var failure = Main.failureOf(e);

        assertThat(failure.exit()).isEqualTo(exit);
        assertThat(failure.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"api --paginate /x", "whoami"})
    void anAnswerThatIsNotJsonIsNotAskedForAgain(String words) {
        server.on("GET", "/x", 200, "<html>").on("GET", "/v1/auth/me", 200, "<html>");

        var run = run(words.split(" "));

        assertThat(run.err())
                .startsWith("faas: the answer of " + server.url())
                .contains("is not JSON\nThis is not a functions platform.");
        assertThat(run.exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void aProblemThatIsNotJsonStillHasItsStatus() {
        server.on("GET", "/x", 404, "<html>");

        assertThat(run("api", "/x")).isEqualTo(new ClientRun(4, "", "faas: the server answered 404\n"));
    }

    @ParameterizedTest
    @CsvSource({"200, 1", "404, 1"})
    void callsShareAConnection(int status, int connections) {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        server.on("DELETE", "/v1/activations/1", exchange -> {
            ports.add(exchange.getRemoteAddress().getPort());
            StubServer.answer(exchange, status, "{}");
        });

        run("act", "cancel", "1", "1", "1", "1");

        assertThat(server.received()).hasSize(4);
        assertThat(ports).hasSize(connections);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void aHeaderOfTheUserReplacesTheClientsOwn(String method) {
        server.on(method, "/x", 200, "{}");

        run("api", method, "/x", "-d", "{}", "-H", "content-type: text/plain");

        assertThat(server.received().getFirst().headers().get("Content-type")).containsExactly("text/plain");
    }

    @Test
    void doesNotRepeatAPostWhoseAnswerWasLost() {
        server.breaksOn("POST", "/x").on("POST", "/x", 200, "{}");

        var run = run("api", "POST", "/x");

        assertThat(run.exit()).isEqualTo(Exit.UNAVAILABLE);
        assertThat(run.err()).startsWith("faas: no answer from " + server.url());
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void givesUpAfterTheLimit() {
        server.on("GET", "/x", 503, "{\"code\":\"unavailable\",\"detail\":\"Later.\"}");

        assertThat(run("api", "/x", "--retry-for", "1s"))
                .isEqualTo(new ClientRun(Exit.UNAVAILABLE, "", "faas: Later. (unavailable)\n"));
        assertThat(server.received()).hasSizeGreaterThan(1);
    }

    @Test
    void hidesTokensWhenDebugging() {
        server.on("GET", "/x", 200, "{}");

        assertThat(run("api", "/x", "--debug").err())
                .contains("> GET /x", "> Authorization: ***", "< 200")
                .doesNotContain("token");
    }

    @Test
    void anAnswerThatIsShorterThanItSaysIsAskedForAgain() {
        server.on("GET", "/x", exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().flush();
                    exchange.close();
                })
                .on("GET", "/x", 200, "{}");

        assertThat(run("api", "/x").exit()).isZero();
        assertThat(server.received()).hasSize(2);
    }
}
