package dev.faas.audit;

import dev.faas.http.HttpService;
import dev.faas.http.client.ClientAddresses;
import dev.faas.http.token.Authenticated;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Finds out who sent a request, and from where. */
public final class Origins {
    private static final int MAX_CLIENT_LENGTH = 200;

    private final ClientAddresses addresses;

    public Origins(ClientAddresses addresses) {
        this.addresses = addresses;
    }

    /** A request without a login. */
    public Origin anonymous(RoutingContext ctx) {
        return Origin.anonymous(addresses.behindGateway(ctx.request()), client(ctx), HttpService.requestId(ctx));
    }

    /** A request of a user; only on routes with {@link Authenticated#by}. */
    public Origin of(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        return anonymous(ctx).as(principal.userId(), principal.sid());
    }

    /** What the client calls itself, made fit for a list of logins. */
    private static @Nullable String client(RoutingContext ctx) {
        var agent = ctx.request().getHeader(HttpHeaders.USER_AGENT);
        return agent == null
                ? null
                : agent.substring(0, Math.min(agent.length(), MAX_CLIENT_LENGTH))
                        .replaceAll("[^ -~]", "?");
    }
}
