package dev.faas.cli.http;

import dev.faas.cli.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
        var url = Http.uri(base, request.path());
        var body = request.body() == null ? new byte[0] : request.body();
        var patch = HttpRequest.newBuilder(url)
                .timeout(request.readLimit())
                .method("PATCH", BodyPublishers.ofByteArray(body));
        try {
            request.headers().forEach(patch::setHeader);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("the client sets this header by itself: " + e.getMessage());
        }
        more.forEach(patch::setHeader);
        try (var client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectLimit)
                .build()) {
            var answer = client.send(patch.build(), BodyHandlers.ofByteArray());
            return new Response(
                    url,
                    answer.statusCode(),
                    answer.headers().map(),
                    true,
                    new ByteArrayInputStream(answer.body()),
                    () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
