package dev.faas.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** What the gateway answered. */
public record GatewayAnswer(HttpResponse<byte[]> response) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public int status() {
        return response.statusCode();
    }

    byte[] bytes() {
        return response.body();
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    public String header(String name) {
        var values = response.headers().allValues(name);
        if (values.size() > 1) {
            throw new AssertionError("more than one " + name + ": " + values);
        }
        return values.isEmpty() ? "" : values.getFirst();
    }

    public JsonNode json() {
        try {
            return JSON.readTree(bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text(), e);
        }
    }

    public String field(String name) {
        return json().path(name).asText();
    }

    /** The code of a problem. */
    String code() {
        if (!header("Content-Type").equals("application/problem+json")) {
            throw new AssertionError("no problem but " + status() + " " + header("Content-Type") + " " + text());
        }
        return field("code");
    }
}
