package dev.faas.system.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.Client.Reply;
import dev.faas.system.WholeSystem;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests HEAD, OPTIONS and 405 on every path (RFC 9110, 9 and 15.5.6). */
@ExtendWith(WholeSystem.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpMethodsIT {
    private Client ada;
    private URI auth;
    private URI registry;
    private String finished;
    private String running;

    @BeforeAll
    void adaHasThings(WholeSystem.Running system) throws Exception {
        ada = Client.register(system.api());
        auth = system.platform().auth();
        registry = system.platform().registry();
        ada.function("speak", system.images().script("echo out; echo err >&2; test \"$1\" = go || sleep 60"));
        finished = ada.run("speak", "go");
        ada.awaitListed(finished);
        running = ada.submit("speak", "on");
        ada.awaitStatus(running, "running");
    }

    @Test
    void whenAskedForTheHeadThenItIsThatOfGetWithoutABody() throws Exception {
        for (var path : List.of(
                "/healthz",
                "/readyz",
                "/version",
                "/openapi.yaml",
                "/cli/faas",
                "/.well-known/jwks.json",
                "/v1/auth/me",
                "/v1/functions",
                "/v1/functions/speak",
                "/v1/functions/speak@1",
                "/v1/functions/speak/revisions",
                "/v1/activations?function=speak&status=succeeded",
                "/v1/activations/" + finished,
                "/v1/activations/" + finished + "/result",
                "/v1/activations/" + finished + "/logs",
                "/v1/activations/" + finished + "/events",
                "/v1/activations/" + running + "/result",
                "/v1/nothing",
                "/v1/functions/nothing",
                "/v1/activations/nothing")) {
            var get = ada.get(path);
            var head = ada.send("HEAD", path, null);
            assertThat(head.text()).as(path).isEmpty();
            assertThat(described(head)).as(path).isEqualTo(described(get));
            if (head.headers().containsKey("content-length")) {
                assertThat(head.header("content-length")).as(path).isEqualTo(get.header("content-length"));
            }
        }
    }

    private static String described(Reply reply) {
        var headers = new TreeMap<>(reply.headers());
        // HEAD may omit headers that are known only with the body (RFC 9110, 9.3.2).
        List.of("date", "x-request-id", "content-length", "transfer-encoding").forEach(headers::remove);
        return reply.status() + " " + headers;
    }

    @Test
    void whenTheAnswerToGetWouldGoOnThenTheHeadEndsAtOnce() throws Exception {
        var path = "/v1/activations/" + running;
        var types = Map.of(
                path + "?wait=60", "application/json",
                path + "/events", "text/event-stream; charset=utf-8",
                path + "/logs?follow=true", "text/plain; charset=utf-8");
        for (var each : types.entrySet()) {
            var began = System.nanoTime();
            var head = ada.send("HEAD", each.getKey(), null).expect(200);
            assertThat(head.header("content-type")).isEqualTo(each.getValue());
            assertThat(System.nanoTime() - began).as(each.getKey()).isLessThan(20_000_000_000L);
        }
        assertThat(ada.get(path).json().path("status").asText()).isEqualTo("running");
    }

    @Test
    void whenAskedForOptionsThenAllowNamesThemAndAnyOtherMethodIsA405WithTheSame() throws Exception {
        var read = "GET, HEAD, OPTIONS";
        var accounts = new LinkedHashMap<String, String>();
        accounts.put("/v1/auth/register", "OPTIONS, POST");
        accounts.put("/v1/auth/login", "OPTIONS, POST");
        accounts.put("/v1/auth/refresh", "OPTIONS, POST");
        accounts.put("/v1/auth/logout", "OPTIONS, POST");
        accounts.put("/v1/auth/browser", "DELETE, GET, HEAD, OPTIONS, POST");
        accounts.put("/v1/auth/browser/refresh", "OPTIONS, POST");
        accounts.put("/v1/auth/me", "DELETE, GET, HEAD, OPTIONS");
        accounts.put("/v1/auth/methods", read);
        accounts.put("/v1/auth/password", "OPTIONS, POST");
        accounts.put("/v1/auth/password/reset", "OPTIONS, POST");
        accounts.put("/v1/auth/sessions", "DELETE, GET, HEAD, OPTIONS");
        accounts.put("/v1/auth/sessions/sid_x", "DELETE, OPTIONS");
        accounts.put("/v1/auth/keys", "GET, HEAD, OPTIONS, POST");
        accounts.put("/v1/auth/keys/key_x", "DELETE, OPTIONS");
        accounts.put("/v1/admin/users", "GET, HEAD, OPTIONS, POST");
        accounts.put("/v1/admin/users/x", "DELETE, GET, HEAD, OPTIONS, PATCH");
        accounts.put("/v1/admin/users/x/reset", "OPTIONS, POST");
        accounts.put("/v1/admin/users/x/sessions", "DELETE, OPTIONS");
        accounts.put("/v1/admin/invitations", "GET, HEAD, OPTIONS, POST");
        accounts.put("/v1/admin/invitations/inv_x", "DELETE, OPTIONS");
        accounts.put("/v1/admin/settings", "GET, HEAD, OPTIONS, PATCH");
        accounts.put("/v1/admin/audit/auth", read);
        accounts.put("/.well-known/jwks.json", read);
        var functions = new LinkedHashMap<String, String>();
        functions.put("/v1/functions", "GET, HEAD, OPTIONS, POST");
        functions.put("/v1/functions/speak", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT");
        functions.put("/v1/functions/speak/revisions", read);
        functions.put("/v1/functions/speak/rollback", "OPTIONS, POST");
        var system = Map.of("/healthz", read, "/readyz", read, "/version", read);
        var everything = new LinkedHashMap<String, String>();
        everything.putAll(accounts);
        everything.putAll(functions);
        everything.putAll(system);
        everything.put("/openapi.yaml", read);
        everything.put("/cli/faas", read);
        everything.put("/v1/functions/speak/activations", "OPTIONS, POST");
        everything.put("/v1/secrets", read);
        everything.put("/v1/secrets/x", "DELETE, GET, HEAD, OPTIONS, PUT");
        everything.put("/v1/projects/x/quota", read);
        for (var shown : List.of("policy", "spawners", "queues", "bus")) {
            everything.put("/v1/admin/" + shown, read);
        }
        everything.put("/v1/admin/projects", read);
        everything.put("/v1/admin/projects/x", "OPTIONS, PATCH");
        everything.put("/v1/admin/audit/registry", read);
        everything.put("/v1/activations", read);
        everything.put("/v1/activations/" + finished, "DELETE, GET, HEAD, OPTIONS");
        everything.put("/v1/activations/" + finished + "/replay", "OPTIONS, POST");
        for (var rest : List.of("/result", "/logs", "/events", "/explain", "/argument")) {
            everything.put("/v1/activations/" + finished + rest, read);
        }
        accounts.putAll(system);
        functions.putAll(system);

        for (var client : List.of(ada, Client.anonymous(ada.api()))) {
            allow(client, everything);
            allow(client.at(auth), accounts);
            allow(client.at(registry), functions);
        }
    }

    private static void allow(Client client, Map<String, String> allowed) throws Exception {
        for (var each : allowed.entrySet()) {
            var path = each.getKey();
            var options = client.send("OPTIONS", path, null);
            assertThat(options.status()).as(path).isEqualTo(204);
            assertThat(options.header("allow")).as(path).isEqualTo(each.getValue());
            assertThat(options.text()).isEmpty();
            for (var method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")) {
                if (!List.of(each.getValue().split(", ")).contains(method)) {
                    var refused = client.send(method, path, null);
                    assertThat(refused.status()).as(method + " " + path).isEqualTo(405);
                    assertThat(refused.header("allow")).as(path).isEqualTo(each.getValue());
                    assertThat(refused.code()).isEqualTo("method_not_allowed");
                }
            }
        }
    }
}
