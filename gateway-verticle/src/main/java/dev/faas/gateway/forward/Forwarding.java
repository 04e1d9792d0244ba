package dev.faas.gateway.forward;

import dev.faas.http.Bodies;
import dev.faas.http.HttpService;
import dev.faas.http.client.ClientAddress;
import dev.faas.http.client.ClientAddresses;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards requests to a service behind the gateway, and streams bodies both ways. No body handler may run before it.
 */
public final class Forwarding implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);

    private static final String REQUEST_ID = "X-Request-Id";
    /** Response header of the registry: the revision in bucket FUNCTIONS that a write created. */
    private static final String FUNCTION_SEQUENCE = "Faas-Function-Sequence";
    /** The same of bucket HOOKS. */
    private static final String HOOK_SEQUENCE = "Faas-Hook-Sequence";

    /** Headers that clients neither send nor see. */
    private static final List<String> INTERNAL =
            List.of(FUNCTION_SEQUENCE, HOOK_SEQUENCE, "Faas-Sequence", ClientAddress.HEADER);

    /** RFC 9110, 7.6.1, besides those that Connection names. The proxy handles Transfer-Encoding itself. */
    private static final List<String> HOP_BY_HOP =
            List.of("Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade");

    private static final int REQUEST_TIMEOUT = 408;

    private final Upstream upstream;
    private final ClientAddresses addresses;
    /** By the header that names the revision. */
    private final Map<String, LongFunction<Future<Void>>> awaitRevision;

    private Forwarding(
            Upstream upstream, ClientAddresses addresses, Map<String, LongFunction<Future<Void>>> awaitRevision) {
        this.upstream = upstream;
        this.addresses = addresses;
        this.awaitRevision = awaitRevision;
    }

    public static Forwarding to(Upstream upstream, ClientAddresses addresses) {
        return new Forwarding(upstream, addresses, Map.of());
    }

    /** Holds back the response to a write until this gateway has seen the write, so that the next call finds it. */
    public static Forwarding toRegistry(
            Upstream registry,
            ClientAddresses addresses,
            LongFunction<Future<Void>> awaitFunctions,
            LongFunction<Future<Void>> awaitHooks) {
        return new Forwarding(
                registry, addresses, Map.of(FUNCTION_SEQUENCE, awaitFunctions, HOOK_SEQUENCE, awaitHooks));
    }

    @Override
    public void handle(RoutingContext ctx) {
        // Until the upstream is connected.
        ctx.request().pause();
        forward(ctx, ctx.request().uri(), proxied -> {}, true);
    }

    /** Without the query, too: for reads that the gateway answers itself when the event stream has the data. */
    public void forwardWithoutBody(RoutingContext ctx) {
        forward(
                ctx,
                ctx.request().path(),
                proxied -> {
                    removeBody(proxied);
                    ctx.request().resume();
                },
                true);
    }

    private static void removeBody(ProxyRequest proxied) {
        proxied.headers().remove(HttpHeaders.CONTENT_LENGTH);
        proxied.setBody(null);
    }

    private void forward(RoutingContext ctx, String uri, Consumer<ProxyRequest> change, boolean first) {
        upstream.connect(ctx.request().method(), uri).onFailure(ctx::fail).onSuccess(origin -> {
            if (ctx.response().closed()) {
                origin.reset();
            } else {
                Bodies.limitArrival(ctx, () -> rejectSlowBody(ctx, origin));
                HttpProxy.reverseProxy(upstream.client())
                        .origin(proxied -> Future.succeededFuture(origin))
                        .addInterceptor(new Exchange(ctx, origin, uri, change, first))
                        .handle(ctx.request());
            }
        });
    }

    /** A response that has begun, such as a refusal, stays as it is. */
    private static void rejectSlowBody(RoutingContext ctx, HttpClientRequest origin) {
        if (!ctx.response().headWritten()) {
            ctx.fail(REQUEST_TIMEOUT);
            origin.reset();
        }
    }

    private final class Exchange implements ProxyInterceptor {
        private final RoutingContext ctx;
        private final HttpClientRequest origin;
        private final String uri;
        private final Consumer<ProxyRequest> change;
        private final boolean first;

        Exchange(
                RoutingContext ctx,
                HttpClientRequest origin,
                String uri,
                Consumer<ProxyRequest> change,
                boolean first) {
            this.ctx = ctx;
            this.origin = origin;
            this.uri = uri;
            this.change = change;
            this.first = first;
        }

        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext proxied) {
            proxied.request().setURI(uri);
            prepareHeaders(ctx, proxied.request().headers());
            change.accept(proxied.request());
            var response = proxied.sendRequest();
            boolean framed = origin.isChunked() || origin.headers().contains(HttpHeaders.CONTENT_LENGTH);
            if (framed && proxied.request().getBody() != null && Bodies.isAnnounced(ctx)) {
                // Sends the head now: by default it waits for the first byte of the body, which may never come.
                origin.write(Buffer.buffer());
            }
            return response.recover(failure -> {
                // If its head could not be written, the connection would stay open until it has been idle for long.
                origin.reset();
                LOG.info("request got no response service={} cause={}", upstream, failure.getMessage());
                if (first && canRetry()) {
                    forward(ctx, uri, change.andThen(Forwarding::removeBody), false);
                } else {
                    ctx.fail(upstream.unavailable().asException());
                }
                // The response is sent above: this proxy must not send another.
                return Promise.<ProxyResponse>promise().future();
            });
        }

        /** Only reads are retried: the replica that got the request may have been killed. */
        private boolean canRetry() {
            var method = ctx.request().method();
            return (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
                    && !Bodies.isAnnounced(ctx)
                    && !ctx.response().closed();
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext proxied) {
            return handleResponse(proxied);
        }
    }

    private void prepareHeaders(RoutingContext ctx, MultiMap headers) {
        removeHopByHop(headers);
        INTERNAL.forEach(headers::remove);
        headers.set(REQUEST_ID, HttpService.requestId(ctx));
        headers.set(ClientAddress.HEADER, addresses.atGateway(ctx.request()).toString());
        if (headers.contains(HttpHeaders.ACCEPT, RegistryClient.REVISION, true)) {
            headers.remove(HttpHeaders.ACCEPT);
        }
        if (headers.contains(HttpHeaders.EXPECT)) {
            // The proxy would not pass on the upstream's own "100 Continue".
            headers.remove(HttpHeaders.EXPECT);
            ctx.response().writeContinue();
        }
    }

    private Future<Void> handleResponse(ProxyContext proxied) {
        var response = proxied.response();
        var headers = response.headers();
        var seen = awaitRevision.entrySet().stream()
                .filter(await -> headers.contains(await.getKey()))
                .map(await -> await.getValue().apply(Long.parseLong(headers.get(await.getKey()))))
                .findFirst();
        removeHopByHop(headers);
        INTERNAL.forEach(headers::remove);
        // HttpService sets them; TLS between the services says nothing about the client's connection.
        headers.remove(REQUEST_ID);
        headers.remove("Strict-Transport-Security");
        if (response.getStatusCode() == 204 || response.getStatusCode() == 304) {
            response.proxiedResponse().resume();
            response.setBody(null);
        }
        return seen.orElseGet(Future::succeededFuture).compose(it -> proxied.sendResponse());
    }

    private static void removeHopByHop(MultiMap headers) {
        for (var connection : headers.getAll(HttpHeaders.CONNECTION)) {
            for (var name : connection.split(",")) {
                headers.remove(name.trim());
            }
        }
        HOP_BY_HOP.forEach(headers::remove);
    }
}
