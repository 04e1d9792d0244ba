package dev.faas.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** Calls the API like any HTTP client, and prints a short form of each exchange. */
final class DemoClient {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern SECRETS = Pattern.compile("(\"(?:password|access_token|refresh_token)\":\")[^\"]*");
    private static final int MAX_LINE = 150;

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI api;
    private final PrintStream out;
    private String token = "";

    DemoClient(URI api, PrintStream out) {
        this.api = api;
        this.out = out;
    }

    void authenticate(String accessToken) {
        token = accessToken;
    }

    JsonNode post(String path, Map<String, String> body) throws IOException, InterruptedException {
        var json = Codec.write(body);
        out.println("POST " + path + "  " + redact(json));
        var response = send(request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(json))
                .build());
        return Codec.readTree(response.body());
    }

    String get(String path) throws IOException, InterruptedException {
        out.println("GET " + path);
        return new String(send(request(path).build()).body(), StandardCharsets.UTF_8);
    }

    /** Prints a stream of server-sent events until it ends. */
    void stream(String path) throws IOException, InterruptedException {
        out.println("GET " + path);
        var response = http.send(request(path).build(), BodyHandlers.ofLines());
        out.println("  " + response.statusCode() + " "
                + response.headers().firstValue("Content-Type").orElse(""));
        if (response.statusCode() != 200) {
            throw new IOException("GET " + path + " was answered " + response.statusCode());
        }
        try (var lines = response.body()) {
            lines.filter(line -> !line.isEmpty()).forEach(line -> out.println("  " + truncate(line)));
        }
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(api.resolve(path)).timeout(LIMIT);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        var response = http.send(request, BodyHandlers.ofByteArray());
        out.printf(
                "  %d in %.1f ms  %s%n",
                response.statusCode(), (System.nanoTime() - begin) / 1e6, redact(response.body()));
        if (response.statusCode() >= 400) {
            throw new IOException(
                    request.method() + " " + request.uri().getPath() + " was answered " + response.statusCode());
        }
        return response;
    }

    private static String redact(byte[] body) {
        var text = new String(body, StandardCharsets.UTF_8).strip();
        return truncate(SECRETS.matcher(text).replaceAll("$1…"));
    }

    private static String truncate(String text) {
        return text.length() <= MAX_LINE ? text : text.substring(0, MAX_LINE) + "…";
    }
}
