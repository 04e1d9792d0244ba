package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.standalone.ApiYaml.Documented;
import dev.faas.standalone.Provocation.Means;
import dev.faas.standalone.RawHttp.Answer;
import dev.faas.wire.Codec;
import io.vertx.openapi.contract.Operation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** A user with a function and two activations, who asks for the problems that openapi.yaml lists. */
final class Provoker {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Access tokens of the system that it asks live for ten seconds. */
    private static final Duration TOKENS_ARE_FRESH = Duration.ofSeconds(4);

    private final Scrutiny scrutiny = new Scrutiny();
    private final URI api;
    private Means means = new Means("", "", "", "", "");
    private long meansSince;

    private Provoker(URI api) {
        this.api = api;
    }

    static Provoker at(URI api) throws Exception {
        var provoker = new Provoker(api);
        // What provokes a name that is taken takes it, the first time.
        assertThat(provoker.ask(problem("register", "username_taken")).status()).isEqualTo(201);
        provoker.renew();
        provoker.means = provoker.means.withExpiring(provoker.means.accessToken());
        assertThat(provoker.ask(problem("createFunction", "function_exists")).status())
                .isEqualTo(201);
        provoker.means = provoker.means.withActivations(provoker.submit(), provoker.submit());
        return provoker;
    }

    private String submit() throws Exception {
        var accepted = good("submitActivation");
        assertThat(accepted.status()).isEqualTo(202);
        return json(accepted).path("activationId").asText();
    }

    static List<Documented> problems(Predicate<Documented> which) {
        return ApiYaml.load().problems().stream().filter(which).toList();
    }

    static List<Documented> problems(String code) {
        return problems(problem -> problem.code().equals(code));
    }

    static Documented problem(String operationId, String code) {
        return problems(code).stream()
                .filter(problem -> problem.operationId().equals(operationId))
                .findFirst()
                .orElseThrow();
    }

    static String path(Documented problem) {
        return operation(problem.operationId()).getOpenAPIPath();
    }

    private static Operation operation(String operationId) {
        return Scrutiny.contract().openApi().operation(operationId);
    }

    Means means() {
        return means;
    }

    Set<Documented> provoked() {
        return scrutiny.provoked();
    }

    /** Its answer is this problem. */
    Answer provoke(Documented problem) throws Exception {
        if (System.nanoTime() - meansSince > TOKENS_ARE_FRESH.toNanos()) {
            renew();
        }
        return expect(problem, ask(problem));
    }

    /** Its answer becomes this problem. */
    void provokeEventually(Documented problem) throws Exception {
        expect(problem, eventually(problem.status(), provocation(problem)));
    }

    /** With the head of a request and no body. */
    void provokeByHeadAlone(Documented problem) throws Exception {
        expect(problem, send(provocation(problem).head(10)));
    }

    /** Without renewing anything before. */
    Answer ask(Documented problem) throws Exception {
        return send(provocation(problem).whole());
    }

    private Provocation provocation(Documented problem) {
        return Provocation.of(operation(problem.operationId()), problem, means);
    }

    static Answer expect(Documented problem, Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(problem.status());
        assertThat(json(answer).path("code").asText()).isEqualTo(problem.code());
        return answer;
    }

    Answer good(String operationId) throws Exception {
        return send(Provocation.good(operation(operationId), means).whole());
    }

    void eventuallyGood(String operationId, int status) throws Exception {
        eventually(status, Provocation.good(operation(operationId), means));
    }

    private Answer eventually(int status, Provocation provocation) throws Exception {
        var until = System.nanoTime() + LIMIT.toNanos();
        var answer = send(provocation.whole());
        while (answer.status() != status && System.nanoTime() < until) {
            answer = send(provocation.whole());
        }
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    Answer send(String wire) throws Exception {
        try (var raw = RawHttp.connect(api, LIMIT, scrutiny)) {
            return raw.send(wire).answer().orElseThrow();
        }
    }

    void renew() throws Exception {
        var tokens = json(good("login"));
        means = means.withTokens(
                tokens.path("access_token").asText(),
                tokens.path("refresh_token").asText());
        meansSince = System.nanoTime();
    }

    static JsonNode json(Answer answer) {
        return Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8));
    }
}
