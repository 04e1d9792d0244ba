package dev.faas.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Turns away what never becomes a request of a route, and counts it. What is no HTTP request, or one beyond the limits, is
 * answered; nothing of it can be trusted, its connection included. Thread-safe.
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

    /** Of what the decoder has refused. */
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
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        Problems.write(
                request.response(),
                request.method(),
                Problems.standard(status),
                Exchange.idFrom(request.getHeader(Exchange.REQUEST_ID)));
        request.connection().close();
    }

    /** Without a word: there is no request to answer. */
    void tooMany(HttpConnection connection) {
        tooMany.increment();
        connection.close();
    }

    /** Without a word: there is no request to answer. */
    void late(HttpConnection connection) {
        late.increment();
        connection.close();
    }
}
