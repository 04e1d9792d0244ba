package dev.faas.gateway;

import dev.faas.testing.Await;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Fakes the HTTP side of a service behind the gateway and records its requests. Answers 404 by default. */
public final class PlayedService implements AutoCloseable {
    private final HttpServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile Handler<HttpServerRequest> answer = PlayedService::notFound;

    PlayedService(Vertx vertx) {
        server = Await.await(vertx.createHttpServer()
                .requestHandler(request -> {
                    if (!request.path().equals("/healthz")) {
                        asked.add(request.method() + " " + request.uri());
                    }
                    answer.handle(request);
                })
                .listen(0, "127.0.0.1"));
    }

    private static void notFound(HttpServerRequest request) {
        request.response()
                .setStatusCode(404)
                .putHeader("Content-Type", "application/problem+json")
                .end("{\"status\":404,\"code\":\"not_found\"}");
    }

    public void answers(Handler<HttpServerRequest> how) {
        answer = how;
    }

    void answersNothing() {
        answer = PlayedService::notFound;
        asked.clear();
    }

    List<String> asked() {
        return List.copyOf(asked);
    }

    public int port() {
        return server.actualPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    @Override
    public void close() {
        Await.await(server.close());
    }
}
