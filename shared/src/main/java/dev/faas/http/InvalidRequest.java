package dev.faas.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is no HTTP request, or one beyond the limits: nothing of it can be trusted, its connection included. */
final class InvalidRequest implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        var status = switch (request.decoderResult().cause()) {
            case TooLongHttpLineException line -> 414;
            case TooLongHttpHeaderException headers -> 431;
            case null, default -> 400;
        };
        refuse(request, status);
    }

    static void refuse(HttpServerRequest request, int status) {
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        Problems.write(request.response(), request.method(), Problems.standard(status), Exchange.idFrom(null));
        request.connection().close();
    }
}
