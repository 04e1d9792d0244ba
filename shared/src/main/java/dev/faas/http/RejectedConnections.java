package dev.faas.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/** Rejects connections and requests that reach no route, and counts them. An invalid or oversized request is answered, and its
 * connection closed, because nothing that follows on it can be trusted. Thread-safe.
 */
final class RejectedConnections {
    private final Counter malformed;
    private final Counter tooMany;
    private final Counter late;

    RejectedConnections(MeterRegistry registry) {
        this.malformed = counter(registry, "malformed");
        this.tooMany = counter(registry, "too_many_connections");
        this.late = counter(registry, "no_request_in_time");
    }

    private static Counter counter(MeterRegistry registry, String reason) {
        return Counter.builder("http.server.refusals")
                .description("What was turned away, with its connection, before it had a route")
                .tag("reason", reason)
                .register(registry);
    }

    /** For requests that the decoder rejects. */
    Handler<HttpServerRequest> rejectUndecodable() {
        return request -> {
            var status = switch (request.decoderResult().cause()) {
                case TooLongHttpLineException line -> 414;
                case TooLongHttpHeaderException headers -> 431;
                case null, default -> 400;
            };
            reject(request, status);
        };
    }

    void reject(HttpServerRequest request, int status) {
        malformed.increment();
        boolean isHttp2 = request.version() == HttpVersion.HTTP_2;
        if (!isHttp2) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        Problems.write(
                request.response(),
                request.method(),
                Problems.standard(status),
                Exchange.idFrom(request.getHeader(Exchange.REQUEST_ID)));
        // The frames of HTTP/2 say where each request ends.
        if (!isHttp2) {
            request.connection().close();
        }
    }

    /** Closes without an answer: there is no request. */
    void tooMany(HttpConnection connection) {
        tooMany.increment();
        connection.close();
    }

    /** Closes without an answer: there is no request. */
    void late(HttpConnection connection) {
        late.increment();
        connection.close();
    }
}
