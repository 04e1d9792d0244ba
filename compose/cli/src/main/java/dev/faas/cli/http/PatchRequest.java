package dev.faas.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** Sends PATCH, which {@code HttpURLConnection} refuses. Only this class loads {@code java.net.http}, because that takes 0.4 s. */
final class PatchRequest {
    private PatchRequest() {}

    static Response send(URI base, Request request, Map<String, String> more, Duration connectLimit)
            throws IOException {
        var body = request.body() == null ? new byte[0] : request.body();
        var patch = HttpRequest.newBuilder(Http.uri(base, request.path()))
                .timeout(request.readLimit())
                .method("PATCH", BodyPublishers.ofByteArray(body));
        request.headers().forEach(patch::header);
        more.forEach(patch::header);
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectLimit)
                .build()) {
            var answer = client.send(patch.build(), BodyHandlers.ofByteArray());
            InputStream bytes = new java.io.ByteArrayInputStream(answer.body());
            return new Response(answer.statusCode(), answer.headers().map(), bytes, () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
