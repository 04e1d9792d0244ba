package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiCommandTest {
    @AutoClose
    private final StubServer server = new StubServer();

    private ClientRun run(String... args) {
        return ClientRun.Setup.at(server).run(args);
    }

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
}
