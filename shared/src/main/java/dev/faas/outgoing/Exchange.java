package dev.faas.outgoing;

import dev.faas.outgoing.OutgoingFailure.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its response, within its time. All on one context. */
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final String USER_AGENT = "User-Agent";
    private static final int GRACE_MILLIS = 1000;

    private final Vertx vertx;
    private final HttpClient http;
    private final Optional<OutgoingProxy> proxy;
    private final RefusedAddresses refused;
    private final OutgoingRequest request;
    private final Promise<OutgoingResponse> done = Promise.promise();
    private final long deadline;
    private @Nullable HttpClientRequest open;
    private @Nullable Excerpt excerpt;

    Exchange(
            Vertx vertx,
            HttpClient http,
            Optional<OutgoingProxy> proxy,
            RefusedAddresses refused,
            OutgoingRequest request) {
        this.vertx = vertx;
        this.http = http;
        this.proxy = proxy;
        this.refused = refused;
        this.request = request;
        this.deadline = System.nanoTime() + request.timeout().toNanos();
    }

    Future<OutgoingResponse> response() {
        return done.future();
    }

    void start(Future<List<SocketAddress>> addresses) {
        long timer = vertx.setTimer(remainingMillis(), late -> end(Reason.TIMED_OUT));
        done.future().onComplete(ended -> vertx.cancelTimer(timer));
        addresses.onSuccess(found -> connect(found.iterator())).onFailure(done::tryFail);
    }

    /** Nothing has been sent yet, so the next address may be tried. */
    private void connect(Iterator<SocketAddress> addresses) {
        var address = addresses.next();
        http.request(options(address)).onSuccess(this::send).onFailure(failure -> {
            refused.add(address);
            LOG.debug(
                    "connect failed host={} address={} cause={}", request.url().host(), address, failure.toString());
            if (addresses.hasNext() && !done.future().isComplete()) {
                connect(addresses);
            } else {
                end(failure instanceof SSLException ? Reason.TLS : Reason.UNREACHABLE);
            }
        });
    }

    private RequestOptions options(SocketAddress address) {
        var url = request.url();
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setURI(url.target())
                .setServer(address)
                .setHost(url.authority())
                .setPort(url.port())
                .setSsl(url.isTls())
                .setFollowRedirects(false)
                // The deadline's own timer comes first, and knows that the time was over.
                .setConnectTimeout(remainingMillis() + GRACE_MILLIS)
                .putHeader(USER_AGENT, "faas");
        request.headers().forEach(options::putHeader);
        proxy.ifPresent(each -> options.setProxyOptions(each.options()));
        return options;
    }

    private void send(HttpClientRequest opened) {
        open = opened;
        if (done.future().isComplete()) {
            opened.reset();
            return;
        }
        // The response's future reports it; without a handler Vert.x logs it as an error.
        opened.exceptionHandler(failure -> end(Reason.NO_RESPONSE));
        opened.send(request.body()).onSuccess(this::read).onFailure(failure -> end(Reason.NO_RESPONSE));
    }

    private void read(HttpClientResponse response) {
        var read = new Excerpt(response);
        excerpt = read;
        response.exceptionHandler(failure -> end(Reason.NO_RESPONSE))
                .endHandler(end -> done.tryComplete(read.response()))
                .handler(part -> {
                    if (!read.add(part)) {
                        end(Reason.NO_RESPONSE);
                    }
                });
    }

    /** The status is the answer: a body that is cut off, too slow or endless does not change it. */
    private void end(Reason reason) {
        boolean isFirst =
                excerpt == null ? done.tryFail(new OutgoingFailure(reason)) : done.tryComplete(excerpt.response());
        if (isFirst && open != null) {
            open.reset();
        }
    }

    private long remainingMillis() {
        return Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
    }
}
