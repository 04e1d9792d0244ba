package dev.faas.cli.http;

import dev.faas.cli.Doc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The answer to a call. Its body is read once; {@code close} ends the connection when it was not read to its end. */
public final class Response implements AutoCloseable {
    private final int status;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final InputStream body;
    private final Runnable disconnect;

    Response(int status, Map<String, List<String>> headers, InputStream body, Runnable disconnect) {
        this.status = status;
        headers.forEach((name, values) -> {
            // The JDK's client keeps the status line under null.
            if (name != null) {
                this.headers.put(name, values);
            }
        });
        this.body = body;
        this.disconnect = disconnect;
    }

    public int status() {
        return status;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getLast);
    }

    public Map<String, List<String>> headers() {
        return headers;
    }

    public InputStream body() {
        return body;
    }

    public byte[] bytes() {
        try {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** @throws UncheckedIOException when the body breaks off, or is no JSON object */
    public Doc doc() {
        var text = text();
        try {
            return text.isEmpty() ? Doc.empty() : Doc.parse(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not a JSON object", e);
        }
    }

    @Override
    public void close() {
        disconnect.run();
    }
}
