package dev.faas.gateway.forward;

import dev.faas.http.Bodies;
import dev.faas.http.HttpService;
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
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a request on to a service behind the gateway and its answer back, bodies as they come and unread. The request must
 * not have passed a body handler.
 */
public final class Forwarding implements Handler<RoutingContext> {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);

    private static final String REQUEST_ID = "X-Request-Id";
    /** The registry says by this which revision of the bucket FUNCTIONS a write has made. */
    private static final String FUNCTION_SEQUENCE = "Faas-Function-Sequence";

    /** Between the parts only, in either direction. */
    private static final List<String> INTERNAL = List.of(FUNCTION_SEQUENCE, "Faas-Sequence");

    /** RFC 9110, 7.6.1, with those that Connection names. Transfer-Encoding is the proxy's own business. */
    private static final List<String> HOP_BY_HOP =
            List.of("Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade");

    private static final int REQUEST_TIMEOUT = 408;

    private final Upstream upstream;
    private final LongFunction<Future<Void>> untilSeen;

    private Forwarding(Upstream upstream, LongFunction<Future<Void>> untilSeen) {
        this.upstream = upstream;
        this.untilSeen = untilSeen;
    }

    public static Forwarding to(Upstream upstream) {
        return new Forwarding(upstream, sequence -> Future.succeededFuture());
    }

    /** Holds the answer to a write back until this gateway has seen the write itself, so that the next call finds it. */
    public static Forwarding toRegistry(Upstream registry, LongFunction<Future<Void>> untilSeen) {
        return new Forwarding(registry, untilSeen);
    }

    @Override
    public void handle(RoutingContext ctx) {
        // Until there is somebody to give the body to.
        ctx.request().pause();
        forward(ctx, ctx.request().uri(), proxied -> {}, true);
    }

    /** The request without body or query: for what the gateway would have answered itself had it had the data. */
    public void question(RoutingContext ctx) {
        forward(
                ctx,
                ctx.request().path(),
                proxied -> {
                    withoutBody(proxied);
                    ctx.request().resume();
                },
                true);
    }

    private static void withoutBody(ProxyRequest proxied) {
        proxied.headers().remove(HttpHeaders.CONTENT_LENGTH);
        proxied.setBody(null);
    }

    private void forward(RoutingContext ctx, String uri, Consumer<ProxyRequest> change, boolean first) {
        upstream.connect(ctx.request().method(), uri).onFailure(ctx::fail).onSuccess(origin -> {
            if (ctx.response().closed()) {
                origin.reset();
            } else {
                Bodies.limitArrival(ctx, () -> tooLate(ctx, origin));
                HttpProxy.reverseProxy(upstream.client())
                        .origin(proxied -> Future.succeededFuture(origin))
                        .addInterceptor(new Passage(ctx, origin, uri, change, first))
                        .handle(ctx.request());
            }
        });
    }

    /** What the upstream has said by then, a refusal perhaps, stands. */
    private static void tooLate(RoutingContext ctx, HttpClientRequest origin) {
        if (!ctx.response().headWritten()) {
            ctx.fail(REQUEST_TIMEOUT);
            origin.reset();
        }
    }

    /** One request's way there and back. */
    private final class Passage implements ProxyInterceptor {
        private final RoutingContext ctx;
        private final HttpClientRequest origin;
        private final String uri;
        private final Consumer<ProxyRequest> change;
        private final boolean first;

        Passage(
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
            prepare(ctx, proxied.request().headers());
            change.accept(proxied.request());
            var answered = proxied.sendRequest();
            boolean framed = origin.isChunked() || origin.headers().contains(HttpHeaders.CONTENT_LENGTH);
            if (framed && proxied.request().getBody() != null && Bodies.isAnnounced(ctx)) {
                // The head at once, which else goes with the first byte of a body that may never come.
                origin.write(Buffer.buffer());
            }
            return answered.recover(failure -> {
                LOG.info("{} took a request and gave no answer: {}", upstream, failure.getMessage());
                if (first && mayBeRepeated()) {
                    forward(ctx, uri, change.andThen(Forwarding::withoutBody), false);
                } else {
                    ctx.fail(upstream.away().asException());
                }
                // Answered, here or there: this proxy has nothing left to do.
                return Promise.<ProxyResponse>promise().future();
            });
        }

        /** What changes nothing may be asked again: the replica that took it may have been killed since. */
        private boolean mayBeRepeated() {
            var method = ctx.request().method();
            return (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
                    && !Bodies.isAnnounced(ctx)
                    && !ctx.response().closed();
        }

        @Override
        public Future<Void> handleProxyResponse(ProxyContext proxied) {
            return answer(proxied);
        }
    }

    private static void prepare(RoutingContext ctx, MultiMap headers) {
        removeHopByHop(headers);
        INTERNAL.forEach(headers::remove);
        headers.set(REQUEST_ID, HttpService.requestId(ctx));
        if (headers.contains(HttpHeaders.ACCEPT, RegistryClient.REVISION, true)) {
            headers.remove(HttpHeaders.ACCEPT);
        }
        if (headers.contains(HttpHeaders.EXPECT)) {
            // Said by us: the upstream's own "100 Continue" would not get through.
            headers.remove(HttpHeaders.EXPECT);
            ctx.response().writeContinue();
        }
    }

    private Future<Void> answer(ProxyContext proxied) {
        var response = proxied.response();
        var headers = response.headers();
        var written = headers.get(FUNCTION_SEQUENCE);
        removeHopByHop(headers);
        INTERNAL.forEach(headers::remove);
        // Ours has it already.
        headers.remove(REQUEST_ID);
        if (response.getStatusCode() == 204 || response.getStatusCode() == 304) {
            response.proxiedResponse().resume();
            response.setBody(null);
        }
        return written == null
                ? proxied.sendResponse()
                : untilSeen.apply(Long.parseLong(written)).compose(seen -> proxied.sendResponse());
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
