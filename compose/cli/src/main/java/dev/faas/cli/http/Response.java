package dev.faas.cli.http;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The answer to a call. Its body is read once. {@code close} keeps the connection for the next call if the body was read to its
 * end, and ends it otherwise: what is left of a stream may be endless.
 */
public final class Response implements AutoCloseable {
    private final int status;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final URI url;
    private final Body body;
    private final Runnable disconnect;

    Response(URI url, int status, Map<String, List<String>> headers, InputStream body, Runnable disconnect) {
        this.status = status;
        headers.forEach((name, values) -> {
            // The JDK's client keeps the status line under null.
            if (name != null) {
                this.headers.put(name, values);
            }
        });
        this.url = url;
        this.body = new Body(body);
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

    /** An empty body is an empty object, unless the status promises one.
     *
     * @throws UncheckedIOException when the body breaks off
     */
    public Doc doc() {
        var text = text();
        if (text.isEmpty() && status == 200) {
            throw notOurs("empty");
        }
        try {
            return text.isEmpty() ? Doc.empty() : Doc.parse(text);
        } catch (IOException e) {
            throw notOurs("not JSON");
        }
    }

    /** @param what the answer is */
    Failure notOurs(String what) {
        return new Failure(
                Exit.UNAVAILABLE,
                "the answer of %s is %s".formatted(url, what),
                "This is not a functions platform. See: faas context show");
    }

    @Override
    public void close() {
        if (!body.ended) {
            disconnect.run();
            return;
        }
        try {
            body.close();
        } catch (IOException e) {
            disconnect.run();
        }
    }

    /** Knows whether it was read to its end. */
    private static final class Body extends FilterInputStream {
        private boolean ended;

        Body(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            ended = ended || next < 0;
            return next;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = in.read(bytes, from, count);
            ended = ended || read < 0;
            return read;
        }
    }
}
