package dev.faas.gateway.forward;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service behind the gateway, at as many addresses as its name has. Balanced here and not by the client's own resolver,
 * since "another address" has to be another one also when other requests take their turns in between. Thread-safe.
 */
public final class Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int WAITING = 4096;
    /**
     * How long another address is tried. One that refuses costs nothing, and while a service is scaled most may: a container
     * has its address before it listens. One that is silent costs the whole {@link #CONNECT_LIMIT}.
     */
    private static final Duration TRY_LIMIT = Duration.ofSeconds(3);

    /** What was answered to a request of the gateway's own, whole. */
    record Answer(int status, MultiMap headers, Buffer body) {}

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
     * The client that all upstreams share.
     *
     * @param connections at most to one address: as many as clients may have here, as each of them may hold one for as long as
     *     its body takes to arrive
     */
    public static HttpClient client(Vertx vertx, int connections) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) CONNECT_LIMIT.toMillis())
                        // Below the 90 s after which a server of ours closes: else a request meets a closing
                        // connection.
                        .setKeepAliveTimeout(30),
                new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(WAITING));
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

    /** The answer to a client when this service cannot be reached. */
    Problem away() {
        return Problem.unavailable(name);
    }

    /**
     * A request on a connection, nothing of it sent yet. Addresses that take no connection are passed over. Fails with
     * {@link #away}.
     */
    Future<HttpClientRequest> connect(HttpMethod method, String uri) {
        return connect(method, uri, addresses.inTurn().iterator(), System.nanoTime());
    }

    private Future<HttpClientRequest> connect(
            HttpMethod method, String uri, Iterator<SocketAddress> order, long begun) {
        if (!order.hasNext() || System.nanoTime() - begun > TRY_LIMIT.toNanos()) {
            return Future.failedFuture(away().asException());
        }
        var address = order.next();
        return client.request(options(method, uri, address))
                .onSuccess(this::logFaults)
                .recover(failure -> {
                    LOG.info("{} at {} takes no connection: {}", name, address, failure.getMessage());
                    addresses.refused(address);
                    return connect(method, uri, order, begun);
                });
    }

    /** Who sent the request is told through its response; without a handler it would be an error in the log, too. */
    private void logFaults(HttpClientRequest request) {
        request.exceptionHandler(failure -> LOG.debug("a request to {}: {}", name, failure.getMessage()));
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

    /** Asks for a small thing in the caller's name. Fails with {@link #away} when there is no answer in time. */
    Future<Answer> get(String path, String accept, Caller caller) {
        return connect(HttpMethod.GET, path)
                .compose(request -> request.putHeader(HttpHeaders.ACCEPT, accept)
                        .putHeader(HttpHeaders.AUTHORIZATION, caller.authorization())
                        .putHeader("X-Request-Id", caller.requestId())
                        .send()
                        .compose(response -> response.body()
                                .map(body -> new Answer(response.statusCode(), response.headers(), body)))
                        .timeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(late -> request.reset()))
                .recover(failure -> Future.failedFuture(away().asException()));
    }

    /** Is it alive? For health; on any event loop. */
    public Future<?> ping() {
        return connect(HttpMethod.GET, "/healthz")
                .compose(request -> request.send()
                        .compose(response -> response.body().map(response.statusCode()))
                        .compose(status -> status == 200
                                ? Future.succeededFuture()
                                : Future.failedFuture(name + " answers " + status)));
    }

    @Override
    public String toString() {
        return name;
    }
}
