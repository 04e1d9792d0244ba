package dev.faas.system.contract;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Sends raw bytes over its own connection, such as requests that no HTTP client would send, and checks the raw response
 * against openapi.yaml. One limit, from the start of the connection, applies to all waits.
 */
public final class RawHttp implements AutoCloseable {
    private final Socket socket;
    private final long deadline;
    private final ContractChecker scrutiny;
    private final Deque<Call> unanswered = new ArrayDeque<>();

    private RawHttp(Socket socket, long deadline, ContractChecker scrutiny) {
        this.socket = socket;
        this.deadline = deadline;
        this.scrutiny = scrutiny;
    }

    public static RawHttp connect(URI server, Duration limit) throws IOException {
        return connect(server, limit, new ContractChecker());
    }

    static RawHttp connect(URI server, Duration limit, ContractChecker scrutiny) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        return new RawHttp(new Socket(server.getHost(), server.getPort()), deadline, scrutiny);
    }

    /** Header names in lower case, in their order. */
    public record Answer(int status, List<Header> headers, String text) {
        record Header(String name, String value) {}

        HttpHeaders asHeaders() {
            var byName = headers.stream().collect(groupingBy(Header::name, mapping(Header::value, toList())));
            return HttpHeaders.of(byName, (name, value) -> true);
        }

        public Optional<String> header(String name) {
            return headers.stream()
                    .filter(header -> header.name().equals(name.toLowerCase(Locale.ROOT)))
                    .map(Header::value)
                    .findFirst();
        }
    }

    /** Ignores a closed connection: a server may respond and close before it has read everything. */
    public RawHttp send(byte[] bytes) {
        unanswered.addAll(Call.in(new String(bytes, StandardCharsets.ISO_8859_1)));
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException refusedEarly) {
            // The test reads the response that came before.
        }
        return this;
    }

    public RawHttp send(String latin1) {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Empty when the connection ends without a byte. Skips "100 Continue". */
    public Optional<Answer> answer() throws IOException {
        var line = line();
        if (line.isEmpty()) {
            return Optional.empty();
        }
        int status = Integer.parseInt(line.get().substring(9, 12));
        var headers = headers();
        if (status == 100) {
            return answer();
        }
        var call = Optional.ofNullable(unanswered.poll());
        var bare = new Answer(status, headers, "");
        var hasNoBody = status == 204
                || status == 304
                || call.map(Call::method).filter("HEAD"::equals).isPresent();
        var body = hasNoBody ? new byte[0] : body(bare);
        call.ifPresentOrElse(
                known -> scrutiny.answer(known, status, bare.asHeaders(), body),
                () -> scrutiny.answerToNoRequest(status, bare.asHeaders(), body));
        return Optional.of(new Answer(status, headers, new String(body, StandardCharsets.UTF_8)));
    }

    /** Whether the next response is "100 Continue". */
    public boolean isToldToContinue() throws IOException {
        return whole().equals("HTTP/1.1 100 Continue") && headers().isEmpty();
    }

    /** Whether the server closes or resets the connection within the limit. */
    public boolean isClosed() throws IOException {
        try {
            return read() < 0;
        } catch (SocketTimeoutException late) {
            throw late;
        } catch (IOException broken) {
            return true;
        }
    }

    private List<Answer.Header> headers() throws IOException {
        var headers = new ArrayList<Answer.Header>();
        for (var line = whole(); !line.isEmpty(); line = whole()) {
            int colon = line.indexOf(':');
            headers.add(new Answer.Header(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip()));
        }
        return headers;
    }

    private byte[] body(Answer head) throws IOException {
        var length = head.header("content-length");
        if (length.isPresent()) {
            return exactly(Integer.parseInt(length.get()));
        }
        var body = new ByteArrayOutputStream();
        if (head.header("transfer-encoding").isPresent()) {
            for (int size = Integer.parseInt(whole(), 16); size > 0; size = Integer.parseInt(whole(), 16)) {
                body.write(exactly(size));
                whole();
            }
            whole();
        }
        return body.toByteArray();
    }

    private byte[] exactly(int count) throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (bytes.size() < count) {
            int next = read();
            if (next < 0) {
                throw new EOFException("the answer breaks off");
            }
            bytes.write(next);
        }
        return bytes.toByteArray();
    }

    private String whole() throws IOException {
        return line().orElseThrow(() -> new EOFException("the answer breaks off"));
    }

    /** Without its CRLF; empty at the end of the connection. */
    private Optional<String> line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int next = read(); next >= 0; next = read()) {
            if (next == '\n') {
                return Optional.of(bytes.toString(StandardCharsets.UTF_8).stripTrailing());
            }
            bytes.write(next);
        }
        return bytes.size() == 0 ? Optional.empty() : Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    private int read() throws IOException {
        int left = (int) Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0) {
            throw new SocketTimeoutException("no whole answer in time");
        }
        socket.setSoTimeout(left);
        InputStream in = socket.getInputStream();
        return in.read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
