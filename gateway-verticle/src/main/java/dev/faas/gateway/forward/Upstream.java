package dev.faas.gateway.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.http.tls.InnerTls;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.wire.Codec;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to one service behind the gateway and balances over all addresses of its name. The HTTP client's own resolver cannot
 * do this: when a request tries the next address, other requests must not make it the same one again. Thread-safe.
 */
public final class Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
    private static final Duration RESPONSE_LIMIT = Duration.ofSeconds(5);
    private static final int MAX_WAITING = 4096;
    /**
     * No further address is tried after this time. An address that refuses costs no time, and most may refuse while a service is
     * scaled: a container has its address before it listens. An address that is silent costs the
     * {@link #CONNECT_LIMIT}: of three, two may be silent while a service is rolled.
     */
    private static final Duration TRY_LIMIT = Duration.ofSeconds(5);

    record Response(int status, MultiMap headers, Buffer body) {}

    private final String name;
    private final URI url;
    private final int port;
    private final HttpClient client;
    private final Addresses addresses;

    public Upstream(String name, URI url, HttpClient client, Addresses addresses) {
        this.name = name;
        this.url = url;
        this.port = port(url);
        this.client = client;
        this.addresses = addresses;
    }

    /**
     * Creates the client that all upstreams share.
     *
     * @param tls null: as their URLs say
     * @param connections maximum to one address: as many as clients may have to the gateway, since each of them may hold one
     *     until its body has arrived
     */
    public static HttpClient client(@Nullable InnerTls tls, Vertx vertx, Lifecycle.Steps on, int connections)
            throws Exception {
        return InnerTls.client(
                tls,
                vertx,
                on,
                new HttpClientOptions()
                        .setConnectTimeout((int) CONNECT_LIMIT.toMillis())
                        // Below the 90 s after which our servers close an idle connection.
                        .setKeepAliveTimeout(30),
                new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(MAX_WAITING));
    }

    public static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return isTls(url) ? 443 : 80;
    }

    private static boolean isTls(URI url) {
        return "https".equals(url.getScheme());
    }

    HttpClient client() {
        return client;
    }

    Problem unavailable() {
        return Problem.unavailable(name);
    }

    /**
     * Opens a request and sends nothing yet. Skips addresses that accept no connection, and looks the name up again after the last
     * one: the service may have moved since. Fails with {@link #unavailable}.
     */
    Future<HttpClientRequest> connect(HttpMethod method, String uri) {
        long startedAt = System.nanoTime();
        var known = addresses.rotation();
        return connect(method, uri, known.iterator(), startedAt)
                .recover(failure -> addresses
                        .findOthers(known)
                        .compose(others -> connect(method, uri, others.iterator(), startedAt)));
    }

    private Future<HttpClientRequest> connect(
            HttpMethod method, String uri, Iterator<SocketAddress> order, long startedAt) {
        if (!order.hasNext() || System.nanoTime() - startedAt > TRY_LIMIT.toNanos()) {
            return Future.failedFuture(unavailable().asException());
        }
        var address = order.next();
        return client.request(options(method, uri, address))
                .onSuccess(this::logFaults)
                .recover(failure -> {
                    LOG.info("connect failed service={} address={} cause={}", name, address, failure.getMessage());
                    addresses.markRefused(address);
                    return connect(method, uri, order, startedAt);
                });
    }

    /** The response future reports the failure; without a handler Vert.x would also log it as an error. */
    private void logFaults(HttpClientRequest request) {
        request.exceptionHandler(
                failure -> LOG.debug("request failed service={} cause={}", name, failure.getMessage()));
    }

    private RequestOptions options(HttpMethod method, String uri, SocketAddress address) {
        return new RequestOptions()
                .setMethod(method)
                .setURI(uri)
                .setServer(address)
                .setHost(url.getHost())
                .setPort(port)
                .setSsl(isTls(url))
                .setConnectTimeout(CONNECT_LIMIT.toMillis())
                .setIdleTimeout(IDLE_LIMIT.toMillis());
    }

    /** Reads a small resource in the caller's name. Fails with {@link #unavailable} without a response in 5 s. */
    Future<Response> get(String path, String accept, Caller caller) {
        return connect(HttpMethod.GET, path)
                .compose(request -> request.putHeader(HttpHeaders.ACCEPT, accept)
                        .putHeader(HttpHeaders.AUTHORIZATION, caller.authorization())
                        .putHeader("X-Request-Id", caller.requestId())
                        .send()
                        .compose(response -> response.body()
                                .map(body -> new Response(response.statusCode(), response.headers(), body)))
                        .timeout(RESPONSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(late -> request.reset()))
                .recover(failure -> Future.failedFuture(unavailable().asException()));
    }

    /** Sends a small body in the caller's name, as {@link #get}. It is not repeated. */
    Future<Response> send(HttpMethod method, String path, Buffer body, Caller caller) {
        return connect(method, path)
                .compose(request -> request.putHeader(HttpHeaders.ACCEPT, "application/json")
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .putHeader(HttpHeaders.AUTHORIZATION, caller.authorization())
                        .putHeader("X-Request-Id", caller.requestId())
                        .send(body)
                        .compose(response -> response.body()
                                .map(answer -> new Response(response.statusCode(), response.headers(), answer)))
                        .timeout(RESPONSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(late -> request.reset()))
                .recover(failure -> Future.failedFuture(unavailable().asException()));
    }

    /** The service's own problem, but not a fault of its own. */
    JsonNode requireOk(Response response) {
        if (response.status() < 300) {
            return Codec.readTree(response.body().getBytes());
        }
        if (response.status() >= 500) {
            throw unavailable().asException();
        }
        var problem = Codec.readTree(response.body().getBytes());
        var refused = Problem.of(
                response.status(),
                problem.path("code").asText(),
                problem.path("title").asText(),
                problem.path("detail").asText());
        var retryAfter = response.headers().get(HttpHeaders.RETRY_AFTER);
        throw (retryAfter == null ? refused : refused.withRetryAfter(Integer.parseInt(retryAfter))).asException();
    }

    /** For the health check; on any event loop. */
    public Future<?> ping() {
        return connect(HttpMethod.GET, "/healthz")
                .compose(request -> request.send()
                        .compose(response -> response.body().map(response.statusCode()))
                        .compose(status -> status == 200
                                ? Future.succeededFuture()
                                : Future.failedFuture(name + " answered /healthz with " + status)));
    }

    @Override
    public String toString() {
        return name;
    }
}
