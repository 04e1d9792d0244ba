package dev.faas.nats;

import static java.util.Objects.requireNonNull;

import io.nats.client.Options;
import io.nats.client.impl.SocketDataPortWithWriteTimeout;
import io.nats.client.support.IncomingHeadersProcessor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from NATS, and changes two things that would end the thread that reads for the whole connection. NATS passes them on as
 * they were sent. If they are stored, they would come again after each reconnect, and no restart of a service would help.
 *
 * <pre>
 *   headers that the client library cannot parse      become the beginning of the payload
 *   a carriage return in a subject or reply subject   becomes '_'
 * </pre>
 *
 * <p>The first line of a message, and its headers, are passed on when they are whole. Payloads are passed on as they come, and
 * are not looked at. The client library creates one of these for each connection, by its name.
 */
public class GuardedDataPort extends SocketDataPortWithWriteTimeout {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedDataPort.class);
    private static final byte[] NOTHING = new byte[0];
    private static final int LINE_END = 2;

    /** What was read and is not passed on yet. */
    private byte[] held = NOTHING;
    /** How much of the current payload and of its line end is still to come. */
    private int payload;
    /** The end of what is in the buffer. */
    private int end;

    private boolean hasWarned;
    private @Nullable SSLContext tls;

    @Override
    public void afterConstruct(Options options) {
        super.afterConstruct(options);
        tls = options.getSslContext();
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        System.arraycopy(held, 0, buffer, from, held.length);
        end = from + held.length;
        int passed = from;
        while (passed == from) {
            if (end == from + length) {
                throw new IOException("NATS sent a line of more than " + length + " bytes");
            }
            int read = super.read(buffer, end, from + length - end);
            if (read < 0) {
                return read;
            }
            end += read;
            passed = passOn(buffer, from, length);
        }
        held = passed == end ? NOTHING : Arrays.copyOfRange(buffer, passed, end);
        return passed - from;
    }

    /** That of the client library does not compare the name of the server with its certificate. */
    @Override
    public void upgradeToSecure() throws IOException {
        var secure = (SSLSocket) requireNonNull(tls).getSocketFactory().createSocket(socket, host, port, true);
        var parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        socket = secure;
        in = secure.getInputStream();
        out = secure.getOutputStream();
        isSecure = true;
    }

    /** Returns where the part begins that is not whole. */
    private int passOn(byte[] buffer, int from, int length) {
        int at = from;
        while (true) {
            int skipped = Math.min(payload, end - at);
            payload -= skipped;
            at += skipped;
            int lineEnd = endOfLine(buffer, at);
            if (lineEnd < 0) {
                return at;
            }
            int next = switch (buffer[at]) {
                case 'M' -> passMessage(buffer, lineEnd);
                case 'H' -> passMessageWithHeaders(buffer, at, lineEnd, length);
                default -> lineEnd;
            };
            if (next < 0) {
                return at;
            }
            at = next;
        }
    }

    /** Returns where the next line begins, or -1. */
    private int endOfLine(byte[] buffer, int from) {
        for (int at = from; at < end; at++) {
            if (buffer[at] == '\n') {
                return at + 1;
            }
            if (buffer[at] == '\r' && at + 1 < end && buffer[at + 1] != '\n') {
                buffer[at] = '_';
            }
        }
        return -1;
    }

    private int passMessage(byte[] buffer, int lineEnd) {
        payload = number(buffer, lineEnd - LINE_END) + LINE_END;
        return lineEnd;
    }

    /** {@code HMSG subject sid [reply] headers total}. Returns -1 while the headers are not whole. */
    private int passMessageWithHeaders(byte[] buffer, int line, int lineEnd, int length) {
        int totalFrom = numberFrom(buffer, lineEnd - LINE_END);
        int total = number(buffer, lineEnd - LINE_END);
        int headersFrom = numberFrom(buffer, totalFrom - 1);
        int headers = number(buffer, totalFrom - 1);
        boolean fits = lineEnd - line + headers <= length;
        if (fits && headers > end - lineEnd) {
            return -1;
        }
        if (fits && isReadable(buffer, lineEnd, headers)) {
            payload = total - headers + LINE_END;
            return lineEnd + headers;
        }
        warn(buffer, line, lineEnd);
        // A line without the length of the headers and without the H is one of a message without headers.
        System.arraycopy(buffer, totalFrom, buffer, headersFrom, end - totalFrom);
        end -= totalFrom - headersFrom;
        System.arraycopy(buffer, line + 1, buffer, line, end - line - 1);
        end--;
        payload = total + LINE_END;
        return lineEnd - (totalFrom - headersFrom) - 1;
    }

    private static boolean isReadable(byte[] buffer, int from, int length) {
        try {
            var unused = new IncomingHeadersProcessor(Arrays.copyOfRange(buffer, from, from + length));
            return true;
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    private static int numberFrom(byte[] buffer, int numberEnd) {
        int from = numberEnd;
        while (buffer[from - 1] >= '0' && buffer[from - 1] <= '9') {
            from--;
        }
        return from;
    }

    private static int number(byte[] buffer, int numberEnd) {
        int number = 0;
        for (int at = numberFrom(buffer, numberEnd); at < numberEnd; at++) {
            number = 10 * number + buffer[at] - '0';
        }
        return number;
    }

    private void warn(byte[] buffer, int line, int lineEnd) {
        if (!hasWarned) {
            hasWarned = true;
            LOG.warn(
                    "headers of a message ignored: no service wrote them, so somebody may have a service's password for NATS."
                            + " Renew the passwords message={}",
                    new String(buffer, line, lineEnd - LINE_END - line, StandardCharsets.ISO_8859_1));
        }
    }
}
