package dev.faas.testing;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.List;

/** What a service answered, as a test reads it. */
public record HttpAnswer(int status, HttpHeaders headers, Buffer body) {
    public static HttpAnswer of(HttpResponse<byte[]> response) {
        return new HttpAnswer(response.statusCode(), response.headers(), Buffer.buffer(response.body()));
    }

    public String text() {
        return body.toString();
    }

    public JsonObject json() {
        return new JsonObject(text());
    }

    /** Empty when there is none. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** The code of a problem. */
    public String code() {
        return json().getString("code");
    }

    /** The fields that a problem names, in order. */
    public List<String> fields() {
        return json().getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("field"))
                .sorted()
                .toList();
    }

    /** What a problem says of each field. */
    public String messages() {
        return json().getJsonArray("errors").encode();
    }

    /** The items of a page. */
    public JsonArray items() {
        return json().getJsonArray("items");
    }

    /** The cursor of the next page. */
    public String next() {
        return json().getString("next");
    }

    public String accessToken() {
        return json().getString("access_token");
    }

    public String refreshToken() {
        return json().getString("refresh_token");
    }
}
