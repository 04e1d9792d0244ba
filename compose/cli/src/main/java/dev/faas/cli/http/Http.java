package dev.faas.cli.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes one HTTP exchange: no repeats, no redirects, no login. {@code HttpURLConnection} starts much faster than {@code java.net.http}. */
public final class Http {
    private static final int CONNECT_LIMIT_MS = 5_000;

    private final URI base;
    private final @Nullable RequestLog log;

    static {
        // A POST is repeated by Api only, which knows whether that is safe.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    /** @param log null: none */
    public Http(URI base, @Nullable RequestLog log) {
        this.base = base;
        this.log = log;
    }

    public URI base() {
        return base;
    }

    /** @throws IOException when there is no answer */
    Response exchange(Request request, Map<String, String> more) throws IOException {
        if (log != null) {
            log.sent(request, more);
        }
        var response = request.method().equals("PATCH")
                ? PatchRequest.send(base, request, more, Duration.ofMillis(CONNECT_LIMIT_MS))
                : send(request, more);
        if (log != null) {
            log.received(response);
        }
        return response;
    }

    private Response send(Request request, Map<String, String> more) throws IOException {
        var url = uri(base, request.path());
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setRequestMethod(request.method());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        int readLimit = (int) request.readLimit().toMillis();
        connection.setConnectTimeout(Math.min(CONNECT_LIMIT_MS, readLimit));
        connection.setReadTimeout(readLimit);
        request.headers().forEach(connection::setRequestProperty);
        more.forEach(connection::setRequestProperty);
        try {
            if (request.body() != null) {
                connection.setDoOutput(true);
                try (var body = connection.getOutputStream()) {
                    body.write(request.body());
                }
            }
            int status = connection.getResponseCode();
            if (status < 0) {
                throw new IOException("the answer is not HTTP");
            }
            return new Response(
                    url,
                    status,
                    connection.getHeaderFields(),
                    !request.method().equals("HEAD"),
                    body(connection, status),
                    connection::disconnect);
        } catch (IOException | RuntimeException e) {
            connection.disconnect();
            throw e;
        }
    }

    private static InputStream body(HttpURLConnection connection, int status) throws IOException {
        var body = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return body == null ? InputStream.nullInputStream() : body;
    }

    static URI uri(URI base, String path) {
        return URI.create(base.toString().replaceAll("/+$", "") + path);
    }
}
