package dev.faas.http.client;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the address of the client that a request came from. */
public final class ClientAddresses {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAddresses.class);
    private static final ClientAddress UNKNOWN = ClientAddress.parse("0.0.0.0").orElseThrow();
    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final AddressRanges trusted;
    private final AtomicBoolean warned = new AtomicBoolean();

    /** @param trusted peers whose headers are believed: proxies in front of the gateway, gateways in front of a service */
    public ClientAddresses(AddressRanges trusted) {
        this.trusted = trusted;
    }

    /**
     * For the gateway: the peer, or the last address in {@code X-Forwarded-For} that no trusted proxy has. What stands before it
     * came from the client, which may write anything.
     */
    public ClientAddress atGateway(HttpServerRequest request) {
        return atGateway(peer(request), request.headers().getAll(FORWARDED_FOR));
    }

    ClientAddress atGateway(ClientAddress peer, List<String> forwardedFor) {
        var found = peer;
        var hops = List.of(String.join(",", forwardedFor).split(",", -1));
        for (var hop : hops.reversed()) {
            var before = ClientAddress.parse(hop);
            if (!trusted.contains(found.ip()) || before.isEmpty()) {
                return found;
            }
            found = before.get();
        }
        return found;
    }

    /**
     * For a service behind the gateway: what {@link ClientAddress#HEADER} says if the peer may say it, else the peer.
     *
     * <p>A peer on loopback may: it runs on this machine, and a published port of a container never shows as loopback. Any other
     * peer must be listed, because who reaches this port directly could take a new address for each password. A private
     * network is no proof by itself: a machine whose ports are published has clients there. Compose lists the private networks,
     * since there the port is not published and only services of the platform are on its network.
     */
    public ClientAddress behindGateway(HttpServerRequest request) {
        return behindGateway(peer(request), request.headers().getAll(ClientAddress.HEADER));
    }

    ClientAddress behindGateway(ClientAddress peer, List<String> headers) {
        if (headers.size() != 1) {
            return new ClientAddress(peer.ip(), headers.isEmpty() && isBelieved(peer));
        }
        if (!isBelieved(peer)) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn(
                        "client address not believed, so all clients of this peer count as one peer={} setting={}",
                        peer,
                        "FAAS_TRUSTED_PROXIES");
            }
            return peer;
        }
        return ClientAddress.parse(headers.getFirst()).orElse(peer);
    }

    private boolean isBelieved(ClientAddress peer) {
        return peer.ip().isLoopbackAddress() || trusted.contains(peer.ip());
    }

    private static ClientAddress peer(HttpServerRequest request) {
        var remote = request.remoteAddress();
        var literal = remote == null ? null : remote.hostAddress();
        return literal == null ? UNKNOWN : ClientAddress.parse(literal).orElse(UNKNOWN);
    }
}
