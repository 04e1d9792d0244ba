package dev.faas.cli.http;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import java.io.EOFException;
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

    /** @param hasBody false for a HEAD, whose headers tell the length of a body that does not follow */
    Response(
            URI url,
            int status,
            Map<String, List<String>> headers,
            boolean hasBody,
            InputStream body,
            Runnable disconnect) {
        this.status = status;
        headers.forEach((name, values) -> {
            // The JDK's client keeps the status line under null.
            if (name != null) {
                this.headers.put(name, values);
            }
        });
        this.url = url;
        this.body = new Body(body, hasBody ? contentLength() : 0);
        this.disconnect = disconnect;
    }

    public int status() {
        return status;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name)).map(List::getLast);
    }

    private long contentLength() {
        return status == 304
                ? 0
                : header("Content-Length")
                        .filter(text -> text.matches("[0-9]{1,18}"))
                        .map(Long::parseLong)
                        .orElseGet(this::unknownLength);
    }

    /** Headers that broke off look complete to the JDK: without any length, an empty body is a broken one. */
    private long unknownLength() {
        return status == 204 || header("Transfer-Encoding").isPresent() ? 0 : 1;
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

    /** Knows whether it was read to its end. The JDK does not tell that a body is shorter than its headers say. */
    private static final class Body extends FilterInputStream {
        private long missing;
        private boolean ended;

        Body(InputStream in, long length) {
            super(in);
            this.missing = length;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            count(next < 0 ? -1 : 1);
            return next;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int read = in.read(bytes, from, count);
            count(read);
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = in.skip(count);
            missing -= skipped;
            return skipped;
        }

        private void count(int read) throws IOException {
            if (read >= 0) {
                missing -= read;
            } else if (missing > 0) {
                throw new EOFException("the answer broke off");
            } else {
                ended = true;
            }
        }
    }
}
