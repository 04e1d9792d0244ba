package dev.faas.system.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.Operation;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that the checks against openapi.yaml report each violation, and nothing else. */
class ContractTest {
    private static final String JSON = "application/json";
    private static final String ACTIVATION = "/v1/activations/06b7gd98g07rk4q3v8x2m5n9ta";

    private final Contract contract = ContractChecker.contract();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "POST | /v1/functions/resize@2/activations?wait=3 | Prefer: wait=3, respond-async | -",
                "POST | /v1/functions/resize%402/activations | Content-Type: text/plain; charset=utf-8 | {}",
                "PUT | /v1/functions/resize | If-Match: \"3\", \"4\" | {\"name\":\"a\",\"image\":\"x\",\"mode\":null}",
                "PATCH | /v1/functions/resize | - | {\"env\":{\"A\":null},\"limits\":{\"cpus\":null}}",
                "POST | /v1/functions/a/activations | - | {\"argument\":\"a\\nb\",\"tags\":{\"a b\":\"x:y\"}}",
                "GET | /v1/activations?status=failed&tag=a:b&tag=c:d%20e&limit=7&function=resize | - | -",
                "HEAD | /v1/activations/06b7gd98g07rk4q3v8x2m5n9ta/logs?follow=true | - | -",
                "GET | /v1/activations/06b7gd98g07rk4q3v8x2m5n9ta/events | Last-Event-ID: 4711 | -"
            })
    void aRequestThatIsRightPasses(String method, String target, String header, String body) {
        assertThat(request(method, target, header, body)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "GET | /v2/functions | - | -",
                "DELETE | /v1/functions | - | -",
                "POST | /v1/auth/register | - | -",
                "POST | /v1/auth/register | - | {\"username\":\"ada\",\"password\":\"short\"}",
                "POST | /v1/auth/register | - | {\"username\":\"ada\",\"password\":\"12345678\",\"x\":1}",
                "POST | /v1/auth/register | Content-Type: text/plain | {\"username\":\"ada\",\"password\":\"12345678\"}",
                "POST | /v1/functions/resize/activations?wait=61 | - | -",
                "POST | /v1/functions/resize/activations?w=1 | - | -",
                "POST | /v1/functions/..%2Fx/activations | - | -",
                "POST | /v1/functions/a/activations | - | {\"argument\":\"a\\u0000b\"}",
                "POST | /v1/functions/a/activations | - | {\"argument\":\"\",\"tags\":{\"a:b\":\"x\"}}",
                "PUT | /v1/functions/resize@2 | - | {\"name\":\"a\",\"image\":\"x\"}",
                "PUT | /v1/functions/resize | - | {\"name\":\"a\",\"image\":\"x\",\"limits\":{\"memory\":64}}",
                "PUT | /v1/functions/resize | - | {\"name\":\"a\",\"image\":\"x\",\"env\":{\"A-B\":\"1\"}}",
                "GET | /v1/activations?status=bad | - | -",
                "GET | /v1/activations?since=yesterday | - | -",
                "GET | /v1/activations/06b7gd98g07rk4q3v8x2m5n9ta/logs?follow=1 | - | -",
                "GET | /v1/activations/06b7gd98g07rk4q3v8x2m5n9ta/events | Last-Event-ID: x | -"
            })
    void aRequestThatIsWrongIsNoticed(String method, String target, String header, String body) {
        assertThat(request(method, target, header, body)).isPresent();
    }

    @Test
    void anAnswerThatIsRightPasses() {
        assertThat(answer("GET", ACTIVATION, 200, JSON, record().encode())).isEmpty();
        assertThat(answer("HEAD", ACTIVATION, 200, JSON, null)).isEmpty();
        assertThat(answer(
                        "GET",
                        ACTIVATION,
                        404,
                        ApiYaml.PROBLEM,
                        problem("activation_not_found").encode()))
                .isEmpty();
    }

    @Test
    void anAnswerThatIsWrongIsNoticed() {
        var missing = record();
        missing.remove("detail");
        var another = problem("function_not_found");

        assertThat(answer("GET", ACTIVATION, 418, JSON, "{}")).isPresent();
        assertThat(answer("GET", ACTIVATION, 200, "text/plain", record().encode()))
                .isPresent();
        assertThat(answer("GET", ACTIVATION, 200, JSON, missing.encode())).isPresent();
        assertThat(answer(
                        "GET",
                        ACTIVATION,
                        200,
                        JSON,
                        record().put("argument", "x").encode()))
                .isPresent();
        assertThat(answer("GET", ACTIVATION, 404, ApiYaml.PROBLEM, another.encode()))
                .isPresent();
        assertThat(answer(
                        "GET",
                        ACTIVATION,
                        404,
                        JSON,
                        problem("activation_not_found").encode()))
                .isPresent();
        assertThat(answer(
                        "GET",
                        ACTIVATION,
                        404,
                        ApiYaml.PROBLEM,
                        problem("activation_not_found").put("trace", "x").encode()))
                .isPresent();
        // Its Retry-After is missing.
        assertThat(answer(
                        "GET",
                        ACTIVATION,
                        503,
                        ApiYaml.PROBLEM,
                        problem("unavailable").encode()))
                .isPresent();
        assertThat(contract.answer(operation("GET", ACTIVATION), 200, headers(JSON, ""), bytes(record().encode())))
                .as("without X-Request-Id")
                .isPresent();
        assertThat(answer("DELETE", "/v1/functions/resize", 204, "", "x")).isPresent();
    }

    @Test
    void anEventIsOfItsSchemaOrItIsNoticed() {
        var at = "\"at\":\"2026-11-24T10:00:00.000Z\"";
        var text = "{\"stream\":\"stdout\",\"text\":\"x\"," + at + "}";

        assertThat(contract.schema("Activation", bytes(record().encode()))).isEmpty();
        assertThat(contract.schema("Output", bytes(text))).isEmpty();
        assertThat(contract.schema("Output", bytes(text.replace("\"text\"", "\"base64\":\"\",\"text\""))))
                .isPresent();
        assertThat(contract.schema("Output", bytes(text.replace(".000Z", "Z")))).isPresent();
        assertThat(contract.schema("End", bytes("{}"))).isEmpty();
        assertThat(contract.schema("End", bytes("{\"a\":1}"))).isPresent();
    }

    private Optional<String> request(String method, String target, String header, String body) {
        var headers = new HashMap<String, List<String>>();
        if (body != null) {
            headers.put("Content-Type", List.of(method.equals("PATCH") ? "application/merge-patch+json" : JSON));
        }
        if (header != null) {
            var colon = header.indexOf(": ");
            headers.put(header.substring(0, colon), List.of(header.substring(colon + 2)));
        }
        return contract.request(
                method,
                URI.create("http://127.0.0.1:8000" + target),
                HttpHeaders.of(headers, (name, value) -> true),
                body == null ? null : bytes(body));
    }

    private Optional<String> answer(String method, String path, int status, String type, String body) {
        return contract.answer(operation(method, path), status, headers(type, "a"), body == null ? null : bytes(body));
    }

    private Operation operation(String method, String path) {
        return contract.operation(method, URI.create("http://127.0.0.1:8000" + path))
                .orElseThrow();
    }

    private static HttpHeaders headers(String type, String requestId) {
        var headers = new HashMap<String, List<String>>();
        Map.of("Content-Type", type, "X-Request-Id", requestId).forEach((name, value) -> {
            if (!value.isEmpty()) {
                headers.put(name, List.of(value));
            }
        });
        return HttpHeaders.of(headers, (name, value) -> true);
    }

    private static JsonObject record() {
        return ApiYaml.load()
                .at("#/components/examples/Succeeded")
                .getJsonObject("value")
                .copy();
    }

    private static JsonObject problem(String code) {
        return ApiYaml.load()
                .at("#/components/examples/ActivationNotFoundProblem")
                .getJsonObject("value")
                .copy()
                .put("code", code);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
