package dev.faas.registry;

import dev.faas.testing.Await;
import dev.faas.webhook.StandardWebhooks;
import dev.faas.webhook.WebhookSecret;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A user's server: remembers what it got, and answers 200 unless told otherwise. */
final class WebhookReceiver implements AutoCloseable {
    record Received(String target, Map<String, String> headers, Buffer body) {
        String id() {
            return headers.get("webhook-id");
        }

        JsonObject json() {
            return body.toJsonObject();
        }

        boolean isSignedBy(String... secrets) {
            var signer = new StandardWebhooks(
                    List.of(secrets).stream().map(WebhookSecret::parse).toList());
            return signer.isValid(name -> List.of(headers.getOrDefault(name, "")), body.getBytes(), Instant.now());
        }

        int signatures() {
            return headers.get("webhook-signature").split(" ").length;
        }
    }

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final Vertx vertx;
    private final HttpServer server;
    private volatile Handler<HttpServerRequest> answer =
            request -> request.response().end("ok");

    WebhookReceiver(Vertx vertx) {
        this.vertx = vertx;
        server = Await.await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
                    request.headers().forEach(headers::put);
                    received.add(new Received(request.uri(), headers, body));
                    answer.handle(request);
                }))
                .listen(0, "127.0.0.1"));
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/events";
    }

    void answers(int status) {
        answer = request -> request.response().setStatusCode(status).end("answer " + status);
    }

    /** Only the next request. */
    void answersOnce(int status) {
        var then = answer;
        answer = request -> {
            answer = then;
            request.response().setStatusCode(status).end();
        };
    }

    void answers(int status, String retryAfter) {
        answer = request -> request.response()
                .setStatusCode(status)
                .putHeader("Retry-After", retryAfter)
                .end();
    }

    void answersAfter(Duration pause) {
        answer = request ->
                vertx.setTimer(pause.toMillis(), timer -> request.response().end("ok"));
    }

    void neverAnswers() {
        answer = request -> {};
    }

    List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        Await.await(server.close());
    }
}
