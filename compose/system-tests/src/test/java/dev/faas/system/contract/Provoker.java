package dev.faas.system.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.contract.ApiYaml.Documented;
import dev.faas.system.contract.Provocation.Activations;
import dev.faas.system.contract.Provocation.Means;
import dev.faas.system.contract.RawHttp.Answer;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import io.vertx.openapi.contract.Operation;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Sends the requests that provoke the problems of openapi.yaml, as a user with functions and activations. */
final class Provoker {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Access tokens of the tested system expire after ten seconds. */
    private static final Duration TOKENS_ARE_FRESH = Duration.ofSeconds(4);

    private final ContractChecker scrutiny = new ContractChecker();
    private final URI api;
    private Means means = new Means(new Activations("", "", "", "", "", "", "", "", ""), "", "", "", List.of());
    private long meansSince;

    private Provoker(URI api) {
        this.api = api;
    }

    static Provoker at(URI api) throws Exception {
        var provoker = new Provoker(api);
        // The first request takes the name, the second provokes the conflict.
        assertThat(provoker.ask(problem("register", "username_taken")).status()).isEqualTo(201);
        provoker.renew();
        provoker.means = provoker.means.withExpiring(provoker.means.accessToken());
        // The first user is an admin.
        provoker.expect(201, provoker.request("createUser").body(Map.of("username", Provocation.OTHER)));
        provoker.expect(201, provoker.request("createUser").body(Map.of("username", Provocation.DISABLED)));
        var disabling = provoker.request("updateUser");
        provoker.expect(
                200,
                disabling
                        .target(disabling.target().replace(Provocation.OTHER, Provocation.DISABLED))
                        .body(Map.of("state", "disabled")));
        provoker.means =
                provoker.means.withNarrowKeys(List.of(provoker.createKey("secrets"), provoker.createKey("invoke")));
        provoker.expect(201, provoker.request("putSecret"));
        provoker.useSecret();
        provoker.makeActivations();
        var schedule = provoker.request("createSchedule");
        provoker.expect(201, schedule.body(Provocation.schedule(Provocation.SCHEDULE)));
        for (var operation : List.of("triggerSchedule", "backfillSchedule", "createJob")) {
            provoker.expect(202, provoker.request(operation).with("Idempotency-Key", Provocation.KEY));
        }
        provoker.makeDelivery();
        provoker.makeHook();
        provoker.expect(201, provoker.provocation(problem("createSource", "name_taken")));
        provoker.makeBatch();
        return provoker;
    }

    private void useSecret() throws Exception {
        var put = request("putSecret");
        expect(201, put.target(put.target().replace(Provocation.SECRET, Provocation.USED_SECRET)));
        expect(
                201,
                request("createFunction")
                        .body(Map.of("name", "user", "image", "x", "secrets", List.of(Provocation.USED_SECRET))));
    }

    private String createKey(String scope) throws Exception {
        var key = request("createKey").body(Map.of("name", scope, "scopes", List.of(scope)));
        return json(expect(201, key)).path("key").asText();
    }

    private void makeActivations() throws Exception {
        var create = provocation(problem("createFunction", "function_exists"));
        expect(201, create);
        var orphan = submit(request("submitActivation"));
        expect(204, request("deleteFunction"));
        expect(201, create);
        var finished = submit(request("submitActivation"));
        use(new Activations(finished, "", finished, orphan, "", "", "", "", ""));
        expect(202, request("cancelActivation"));
        expect(
                201,
                request("createFunction")
                        .body(Map.of("name", Provocation.CROWDED, "image", "x", "queue", Map.of("maxPending", 1))));
        var crowded = submit(request("submitActivation").about(Provocation.CROWDED));
        expect(201, request("createFunction").body(Map.of("name", Provocation.HALTED, "image", "x")));
        var halted = submit(request("submitActivation").about(Provocation.HALTED));
        expect(200, request("pauseFunction").about(Provocation.HALTED).body(Map.of("submits", "refuse")));
        // So long that its copy is stored with the outputs, too.
        var faded = submit(request("submitActivation").body(Map.of("argument", "x".repeat(100_000))));
        submit(request("submitActivation").with("Idempotency-Key", Provocation.KEY));
        use(new Activations(submit(request("submitActivation")), faded, finished, orphan, crowded, halted, "", "", ""));
    }

    private void makeDelivery() throws Exception {
        var destination = new HashMap<>(Provocation.destination(Provocation.DESTINATION, Provocation.RECEIVER));
        destination.put("headers", Map.of("X-Key", "x"));
        expect(201, request("createDestination").body(destination));
        expect(201, request("createDestination").body(Provocation.call(Provocation.FUNCTION, List.of("none"))));
        var before = means.activations();
        use(before.withWaiting(submit(request("submitActivation"))));
        expect(202, request("cancelActivation"));
        use(before);
        Await.until("an end is delivered", () -> !newestDelivery().isEmpty());
        use(before.withDelivery(newestDelivery()));
    }

    private String newestDelivery() throws Exception {
        return json(expect(200, request("listDeliveries")))
                .at("/items/0/deliveryId")
                .asText();
    }

    private void makeHook() throws Exception {
        var create = provocation(problem("createHook", "name_taken"));
        var url = json(expect(201, create)).path("url").asText();
        use(means.activations().withAddress(url.substring(url.indexOf("/hooks/") + "/hooks/".length())));
        expect(202, request("receiveHook").with("webhook-id", Provocation.KEY));
    }

    private void makeBatch() throws Exception {
        var made = json(expect(202, request("submitBatch")));
        use(means.activations().withBatch(made.path("batchId").asText()));
    }

    private void use(Activations activations) {
        means = means.withActivations(activations);
    }

    private String submit(Provocation request) throws Exception {
        return json(expect(202, request)).path("activationId").asText();
    }

    private Answer expect(int status, Provocation request) throws Exception {
        var answer = send(request.whole());
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        return answer;
    }

    private Provocation request(String operationId) {
        return Provocation.good(operation(operationId), means);
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
        return ContractChecker.contract().openApi().operation(operationId);
    }

    Means means() {
        return means;
    }

    Set<Documented> provoked() {
        return scrutiny.provoked();
    }

    /** The response is this problem. */
    Answer provoke(Documented problem) throws Exception {
        if (System.nanoTime() - meansSince > TOKENS_ARE_FRESH.toNanos()) {
            renew();
        }
        return expect(problem, ask(problem));
    }

    /** The response becomes this problem. */
    void provokeEventually(Documented problem) throws Exception {
        expect(problem, eventually(problem.status(), provocation(problem)));
    }

    /** With the head of a request and no body. */
    void provokeByHeadAlone(Documented problem) throws Exception {
        expect(problem, send(provocation(problem).head(10)));
    }

    /** Without renewing the token first. */
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

    void eventuallyGood(String operationId, int status) throws Exception {
        eventually(status, request(operationId));
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
        var tokens = json(expect(200, request("login")));
        means = means.withTokens(
                tokens.path("access_token").asText(),
                tokens.path("refresh_token").asText());
        meansSince = System.nanoTime();
    }

    static JsonNode json(Answer answer) {
        return Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8));
    }
}
