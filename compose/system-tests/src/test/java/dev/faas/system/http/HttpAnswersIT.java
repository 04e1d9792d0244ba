package dev.faas.system.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.Client.Reply;
import dev.faas.system.WholeSystem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests responses: media type, content coding, ETag, and the common headers. */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpAnswersIT {
    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";
    private static final String BYTES = "application/octet-stream";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String EVENTS = "text/event-stream; charset=utf-8";
    private static final String PROBLEM = "application/problem+json";

    private Client ada;
    private String finished;
    private Map<String, String> typeByPath;

    @BeforeAll
    void adaHasThings(WholeSystem.Running system) throws Exception {
        ada = Client.register(system.api());
        ada.function(
                "long",
                system.images().script("i=0; while test $i -lt 300; do echo line $i; i=$((i+1)); done; echo e >&2"));
        finished = ada.run("long", "");
        ada.awaitListed(finished);
        for (int i = 0; i < 5; i++) {
            ada.function("f" + i, "registry.example/x:1");
        }
        var activation = "/v1/activations/" + finished;
        typeByPath = new LinkedHashMap<>();
        for (var path : List.of(
                "/healthz",
                "/readyz",
                "/version",
                "/.well-known/jwks.json",
                "/v1/auth/me",
                "/v1/functions",
                "/v1/functions/long",
                "/v1/functions/long/revisions",
                "/v1/activations",
                activation)) {
            typeByPath.put(path, JSON);
        }
        typeByPath.put("/openapi.yaml", YAML);
        typeByPath.put(activation + "/result", BYTES);
        typeByPath.put(activation + "/logs", TEXT);
        typeByPath.put(activation + "/events", EVENTS);
    }

    @Test
    void whenTheAcceptHeaderTakesWhatThereIsThenItIsGivenElseItIsA406() throws Exception {
        for (var each : typeByPath.entrySet()) {
            var path = each.getKey();
            var type = each.getValue().replaceAll(";.*", "");
            var kind = type.replaceAll("/.*", "/*");
            for (var fits : List.of(
                    "*/*",
                    type,
                    kind,
                    type.toUpperCase(java.util.Locale.ROOT),
                    "x/y, " + type,
                    "x/y;q=1, */*;q=0.1",
                    type + ";q=0.001",
                    "*/*;q=0, " + type,
                    kind + ";q=0, " + type + ";q=.5",
                    "*",
                    " , ,")) {
                var reply = ada.get(path, "Accept", fits);
                assertThat(reply.status()).as(path + " as " + fits).isEqualTo(200);
                assertThat(reply.header("content-type")).as(path).isEqualTo(each.getValue());
            }
            for (var wrong :
                    List.of("x/y", "image/*", type + ";q=0", "*/*;q=0", "*/*, " + type + ";q=0.000", type + "x")) {
                var reply = ada.get(path, "Accept", wrong);
                assertThat(reply.status()).as(path + " as " + wrong).isEqualTo(406);
                assertThat(reply.code()).isEqualTo("not_acceptable");
                assertThat(reply.header("content-type")).isEqualTo(PROBLEM);
            }
        }
    }

    @Test
    void whenNothingFitsThenNothingHasBeenDone() throws Exception {
        var body = Map.of("name", "never", "image", "registry.example/x:1");
        ada.post("/v1/functions", body, "Accept", "text/html").expect(406);
        ada.get("/v1/functions/never").expect(404);
        ada.post("/v1/functions/long/activations", "x", "Accept", "text/html").expect(406);
        ada.get("/v1/functions/long", "Accept", "application/vnd.faas.revision+json")
                .expect(406);
        ada.post("/v1/auth/login", Map.of(), "Accept", "text/html").expect(406);
    }

    @Test
    void whenSomethingIsMadeThenItsLocationLeadsThere() throws Exception {
        var made = ada.post("/v1/functions", Map.of("name", "made", "image", "registry.example/x:1"))
                .expect(201);
        var there = ada.get(made.header("location")).expect(200);
        assertThat(there.json()).isEqualTo(made.json());
        assertThat(there.header("etag")).isEqualTo(made.header("etag")).isEqualTo("\"1\"");

        var accepted = ada.post("/v1/functions/long/activations", "x").expect(202);
        var record = ada.get(accepted.header("location") + "?wait=60").expect(200);
        assertThat(record.json().path("activationId")).isEqualTo(accepted.json().path("activationId"));
    }

    @Test
    void whenAPageIsHeldThenItIsNotSentAgainUntilItChanges() throws Exception {
        ada.function("before", "registry.example/x:1");
        for (var list : List.of("/v1/functions", "/v1/functions/before/revisions", "/v1/auth/keys", "/v1/hooks")) {
            var tag = ada.get(list).expect(200).header("etag");

            var held = ada.get(list, "If-None-Match", tag);

            assertThat(held.status()).as(list).isEqualTo(304);
            assertThat(held.text()).isEmpty();
            assertThat(held.header("etag")).isEqualTo(tag);
        }
        var tag = ada.get("/v1/functions").header("etag");
        ada.function("another", "registry.example/x:1");
        assertThat(ada.get("/v1/functions", "If-None-Match", tag).status()).isEqualTo(200);
    }

    @Test
    void whenConditionsAreSetOnARevisionThenTheyAreKept() throws Exception {
        ada.function("tagged", "registry.example/x:1");
        var path = "/v1/functions/tagged";
        var change = Map.of("description", "new");
        for (var known : List.of("\"1\"", "W/\"1\"", "*", "\"7\", \"1\"", "\"7\",W/\"1\"")) {
            var reply = ada.get(path, "If-None-Match", known);
            assertThat(reply.status()).as(known).isEqualTo(304);
            assertThat(reply.text()).isEmpty();
            assertThat(reply.header("etag")).isEqualTo("\"1\"");
            assertThat(reply.header("cache-control")).isEqualTo("private, no-cache");
            ada.send("PATCH", path, change, "If-None-Match", known).expect(412);
        }
        for (var wrong : List.of("\"2\"", "W/\"1\"", "1", "\"\"", "\"11\"", "\"2\", \"3\"")) {
            for (var method : List.of("PATCH", "DELETE", "GET")) {
                var reply = ada.send(method, path, method.equals("PATCH") ? change : null, "If-Match", wrong);
                assertThat(reply.status()).as(method + " if " + wrong).isEqualTo(412);
                assertThat(reply.code()).isEqualTo("precondition_failed");
            }
        }
        assertThat(ada.get(path).json().path("revision").asInt()).isEqualTo(1);
        assertThat(ada.get(path, "If-None-Match", "\"2\"").expect(200).header("etag"))
                .isEqualTo("\"1\"");
        for (var right : List.of("\"1\"", "*", "\"9\", \"3\"")) {
            ada.send("PATCH", path, Map.of("description", right), "If-Match", right)
                    .expect(200);
        }
        ada.send("DELETE", path, null, "If-Match", "\"4\"").expect(204);
        ada.send("PATCH", path, change, "If-Match", "*").expect(404);
    }

    @Test
    void whenAskedForGzipThenLargeJsonIsCompressedAndNothingElse() throws Exception {
        for (var each : typeByPath.entrySet()) {
            var path = each.getKey();
            var plain = ada.get(path);
            var asked = ada.get(path, "Accept-Encoding", "br;q=1, gzip;q=0.5");
            var large = plain.body().length() >= 1024;
            var compress = large
                    && List.of(JSON, YAML).contains(each.getValue())
                    && !plain.header("etag").startsWith("\"");
            assertThat(plain.headers()).as(path).doesNotContainKey("content-encoding");
            assertThat(asked.header("content-encoding")).as(path).isEqualTo(compress ? "gzip" : "");
            if (compress) {
                assertThat(plain.header("vary")).as(path).isEqualToIgnoringCase("Accept-Encoding");
                assertThat(asked.header("vary")).as(path).isEqualToIgnoringCase("Accept-Encoding");
                assertThat(asked.plain()).as(path).isEqualTo(plain.body().getBytes());
                assertThat(asked.body().length())
                        .as(path)
                        .isLessThan(plain.body().length() / 2);
            }
        }
        for (var not : List.of("identity", "gzip;q=0", "br", "*;q=0", "gzip;q=0, *")) {
            assertThat(ada.get("/v1/functions", "Accept-Encoding", not).headers())
                    .as(not)
                    .doesNotContainKey("content-encoding");
        }
        for (var path : List.of("/v1/functions", "/v1/activations/" + finished, "/openapi.yaml")) {
            assertThat(ada.get(path, "Accept-Encoding", "gzip").header("content-encoding"))
                    .isEqualTo("gzip");
        }
    }

    @Test
    void everyAnswerIsDatedNumberedNotSniffedAndKeptByNobodyUnlessItSaysSo() throws Exception {
        var replies = new ArrayList<Reply>();
        for (var path : typeByPath.keySet()) {
            replies.add(ada.get(path));
            replies.add(Client.anonymous(ada.api()).get(path));
            replies.add(ada.send("PROPFIND", path, null));
            replies.add(ada.send("OPTIONS", path, null));
            replies.add(ada.get(path, "Accept", "x/y"));
        }
        replies.add(ada.get("/nothing"));
        replies.add(ada.post("/v1/auth/login", Map.of()));
        replies.add(ada.refresh().expect(200));
        replies.add(ada.post("/v1/functions", Map.of()).expect(400));
        for (var reply : replies) {
            assertThat(reply.header("x-content-type-options"))
                    .as(reply.toString())
                    .isEqualTo("nosniff");
            assertThat(reply.header("x-request-id")).as(reply.toString()).matches("[0-9a-f]{16}");
            assertThat(reply.header("date")).as(reply.toString()).matches("[A-Z][a-z]{2}, \\d\\d .* GMT");
            var path = reply.header("cache-control");
            assertThat(path)
                    .as(reply.toString())
                    .isIn("no-store", "private, no-cache", "no-cache", "public, max-age=60");
            if (reply.status() >= 400) {
                assertThat(path).isEqualTo("no-store");
            }
        }
        assertThat(ada.get("/.well-known/jwks.json").header("cache-control")).isEqualTo("public, max-age=60");
        assertThat(ada.get("/v1/functions/long").header("cache-control")).isEqualTo("private, no-cache");
        assertThat(ada.get("/v1/activations/" + finished).header("cache-control"))
                .isEqualTo("no-store");
    }
}
