package dev.faas.system.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.Client;
import dev.faas.system.LogLines;
import dev.faas.system.WholeSystem;
import dev.faas.system.contract.RawHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests keep-alive connections, and that all services log one id for a request. */
@ExtendWith(WholeSystem.class)
class HttpConnectionIT {
    @Test
    void whenRequestsArePipelinedThenTheAnswersComeInTheirOrder(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        ada.function("hello", "registry.example/x:1");
        var bearer = "Host: x\r\nAuthorization: Bearer " + ada.accessToken() + "\r\n";
        var requests = "GET /v1/functions/hello HTTP/1.1\r\n" + bearer + "X-Request-Id: r1\r\n\r\n"
                + "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: r2\r\n\r\n"
                + "HEAD /v1/functions HTTP/1.1\r\n" + bearer + "X-Request-Id: r3\r\n\r\n"
                + "POST /v1/functions/nothing/activations HTTP/1.1\r\n" + bearer
                + "X-Request-Id: r4\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nhi\n"
                + "GET /v1/auth/me HTTP/1.1\r\n" + bearer + "X-Request-Id: r5\r\n\r\n"
                + "GET /v1/functions HTTP/1.1\r\nHost: x\r\nX-Request-Id: r6\r\nConnection: close\r\n\r\n";
        try (var http = RawHttp.connect(system.api(), Duration.ofSeconds(20)).send(requests)) {
            var statuses = new ArrayList<Integer>();
            for (int i = 1; i <= 6; i++) {
                var answer = http.answer().orElseThrow();
                statuses.add(answer.status());
                assertThat(answer.header("X-Request-Id")).contains("r" + i);
            }

            assertThat(statuses).containsExactly(200, 200, 200, 404, 200, 401);
            assertThat(http.isClosed()).isTrue();
        }
    }

    @Test
    void whenARequestHasASaneIdThenItIsTakenOverElseOneIsMade(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        for (var path : List.of("/healthz", "/v1/functions", "/v1/auth/me", "/nothing", "/v1/activations/x")) {
            for (var sane : List.of("a", "Trace-1.2_3", "x".repeat(128))) {
                var reply = ada.get(path, "X-Request-Id", sane);
                assertThat(reply.header("x-request-id")).as(path).isEqualTo(sane);
                if (reply.status() >= 400) {
                    assertThat(reply.json().path("requestId").asText()).isEqualTo(sane);
                }
            }
            for (var insane : List.of("", "a b", "x".repeat(129), "a\"b", "${jndi:ldap://x}", "<script>", "a/b")) {
                assertThat(ada.get(path, "X-Request-Id", insane).header("x-request-id"))
                        .as(path)
                        .matches("[0-9a-f]{16}");
            }
        }
    }

    @Test
    void whenARequestGoesThroughServicesThenEachLogsItsId(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        try (var log = new LogLines("dev.faas.http.AccessLog")) {
            ada.get("/v1/functions?limit=1", "X-Request-Id", "trace-functions").expect(200);
            log.await(
                    "request answered service=registry-service request=trace-functions method=GET path=/v1/functions status=200");
            log.await(
                    "request answered service=api-gateway request=trace-functions method=GET path=/v1/functions status=200");

            ada.post("/v1/auth/login", Map.of(), "X-Request-Id", "trace-login").expect(400);
            log.await(
                    "request answered service=auth-service request=trace-login method=POST path=/v1/auth/login status=400");
            log.await(
                    "request answered service=api-gateway request=trace-login method=POST path=/v1/auth/login status=400");

            // The gateway itself sends this request for the caller.
            ada.post("/v1/functions/nothing/activations", "x", "X-Request-Id", "trace-submit")
                    .expect(404);
            log.await(
                    "request answered service=registry-service request=trace-submit method=GET path=/v1/functions/nothing status=404");
            log.await(
                    "request answered service=api-gateway request=trace-submit method=POST path=/v1/functions/nothing/activations status=404");
        }
    }

    @Test
    void whenASubmitHasAnIdThenItsRunIsLoggedUnderIt(WholeSystem.Running system) throws Exception {
        var ada = Client.register(system.api());
        ada.function("traced", system.images().script("echo $1"));
        try (var log = new LogLines("dev.faas.spawner.run.Run")) {
            var id = ada.post("/v1/functions/traced/activations", "x", "X-Request-Id", "trace-run")
                    .expect(202)
                    .json()
                    .path("activationId")
                    .asText();

            log.await("[trace-run] run started activation=" + id + " run=");
        }
    }
}
