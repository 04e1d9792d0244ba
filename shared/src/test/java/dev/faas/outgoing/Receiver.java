package dev.faas.outgoing;

import dev.faas.testing.Await;
import dev.faas.testing.TestCertificate;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A user's HTTP server: remembers what it got, and answers 200 unless told otherwise. */
final class Receiver implements AutoCloseable {
    /** @param serverName SNI; null without */
    record Received(String host, String serverName, String target, Map<String, String> headers, String body) {}

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final HttpServer server;
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().end("ok");

    Receiver(Vertx vertx, String address, int port, Optional<TestCertificate> certificate) {
        var options = new HttpServerOptions().setHost(address).setPort(port);
        certificate.ifPresent(files -> options.setSsl(true)
                .setSni(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(files.chain().toString())
                        .setKeyPath(files.key().toString())));
        server = Await.await(vertx.createHttpServer(options)
                .connectionHandler(connection -> connections.incrementAndGet())
                .requestHandler(request -> request.body().onSuccess(body -> receive(request, body)))
                .listen());
    }

    private void receive(HttpServerRequest request, Buffer body) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach(headers::put);
        received.add(new Received(
                request.getHeader("Host"),
                request.connection().indicatedServerName(),
                request.uri(),
                headers,
                body.toString()));
        answer.handle(request);
    }

    Receiver answer(Handler<HttpServerRequest> handler) {
        answer = handler;
        return this;
    }

    int port() {
        return server.actualPort();
    }

    List<Received> received() {
        return received;
    }

    /** Those whose TLS handshake was done. */
    int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        Await.await(server.close());
    }
}
