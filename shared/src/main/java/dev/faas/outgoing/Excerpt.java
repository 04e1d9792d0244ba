package dev.faas.outgoing;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Keeps the beginning of a response, and counts the rest. */
final class Excerpt {
    static final int MAX_KEPT = 1024;
    /** A rest up to this size is read, so that the connection can be used again. */
    private static final int MAX_READ = 64 << 10;

    private static final String RETRY_AFTER = "retry-after";

    private final int status;
    private final Map<String, String> headers;
    private final Buffer body = Buffer.buffer();
    private long read;

    Excerpt(HttpClientResponse response) {
        status = response.statusCode();
        headers = headers(response);
    }

    private static Map<String, String> headers(HttpClientResponse response) {
        var kept = new LinkedHashMap<String, String>();
        var retryAfter = response.getHeader(RETRY_AFTER);
        if (retryAfter != null && retryAfter.length() <= MAX_KEPT) {
            kept.put(RETRY_AFTER, retryAfter);
        }
        int size = 0;
        for (var header : response.headers()) {
            size += header.getKey().length() + header.getValue().length();
            if (size > MAX_KEPT) {
                break;
            }
            kept.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), text(header.getValue()));
        }
        return kept;
    }

    /** False when enough was read. */
    boolean add(Buffer part) {
        body.appendBuffer(part, 0, Math.min(part.length(), MAX_KEPT - body.length()));
        read += part.length();
        return read <= MAX_READ;
    }

    OutgoingResponse response() {
        return new OutgoingResponse(status, headers, text(body.toString(StandardCharsets.UTF_8)));
    }

    /** Postgres stores no NUL. */
    private static String text(String text) {
        return text.replace('\0', '\ufffd');
    }
}
