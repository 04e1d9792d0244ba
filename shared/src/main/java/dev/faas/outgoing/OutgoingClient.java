package dev.faas.outgoing;

import dev.faas.outgoing.OutgoingFailure.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends requests to hosts that users choose. A name is resolved here, each address is checked against the rules, and the
 * connection goes to the checked address itself: an answer that changes between the check and the connection has no effect.
 * {@code Host}, SNI and the certificate's check keep the name of the URL, and so does the pool: a connection is used again for
 * the same name and address only. Redirects are not followed. Never blocks; thread-safe.
 */
public final class OutgoingClient {
    /** So that a second address is tried within the 15 s that a webhook has. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    /** Below the time after which most servers close an idle connection, or a request could meet its end. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(4);

    private static final int MAX_ADDRESSES = 3;
    private static final int MAX_HEADER_BYTES = 8 << 10;

    private final Vertx vertx;
    private final OutgoingConfig config;
    private final NameLookup lookup;
    private final HttpClient http;
    private final RefusedAddresses refused = new RefusedAddresses();
    private final int salt = ThreadLocalRandom.current().nextInt();

    OutgoingClient(Vertx vertx, OutgoingConfig config, NameLookup lookup, HttpClientOptions options, int connections) {
        this.vertx = vertx;
        this.config = config;
        this.lookup = lookup;
        this.http = vertx.httpClientBuilder()
                .with(options.setConnectTimeout((int) CONNECT_LIMIT.toMillis())
                        .setSslHandshakeTimeout(CONNECT_LIMIT.toSeconds())
                        .setKeepAliveTimeout((int) KEEP_ALIVE.toSeconds())
                        .setMaxHeaderSize(MAX_HEADER_BYTES))
                .with(new PoolOptions().setHttp1MaxSize(connections))
                // The request's own failure tells it; without a handler Vert.x logs what users' servers do as an error.
                .withConnectHandler(connection -> connection.exceptionHandler(failure -> {}))
                .build();
    }

    /** @param connections maximum to one address of a name: as many as there are requests at once, so that none waits for another */
    public static OutgoingClient open(Vertx vertx, OutgoingConfig config, int connections) {
        return new OutgoingClient(vertx, config, NameLookup.of(vertx), new HttpClientOptions(), connections);
    }

    /** Fails with {@link OutgoingFailure} and nothing else. A response of any status is a success. */
    public Future<OutgoingResponse> post(OutgoingRequest request) {
        var exchange = new Exchange(vertx, http, config.proxy(), refused, request);
        Context context = vertx.getOrCreateContext();
        context.runOnContext(start -> exchange.start(addresses(request.url())));
        return exchange.response();
    }

    /** Ends open requests as failed: wait for them first. */
    public Future<Void> close() {
        return http.close();
    }

    /** Those to try, at least one. */
    private Future<List<SocketAddress>> addresses(OutgoingUrl url) {
        if (config.proxy().isPresent()) {
            return config.rules().allowsUnresolved(url)
                    ? Future.succeededFuture(List.of(SocketAddress.inetSocketAddress(url.port(), url.host())))
                    : failed(Reason.FORBIDDEN);
        }
        if (!config.rules().mayAllow(url)) {
            return failed(Reason.FORBIDDEN);
        }
        return url.address()
                .map(literal -> Future.succeededFuture(List.of(literal)))
                .orElseGet(() -> lookup.resolve(url.host()).recover(unknown -> failed(Reason.UNKNOWN_NAME)))
                .compose(found -> {
                    var allowed = found.stream()
                            .filter(address -> config.rules().allows(url, address))
                            .sorted(Comparator.comparingInt(this::preference))
                            .map(address -> SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()))
                            .toList();
                    return allowed.isEmpty()
                            ? failed(Reason.FORBIDDEN)
                            : Future.succeededFuture(
                                    refused.last(allowed).limit(MAX_ADDRESSES).toList());
                });
    }

    /** Name servers turn their answers round: a fixed order in this process fills one pool, and replicas differ. */
    private int preference(InetAddress address) {
        return (address.hashCode() ^ salt) * 0x9E3779B9;
    }

    private static <T> Future<T> failed(Reason reason) {
        return Future.failedFuture(new OutgoingFailure(reason));
    }
}
