package dev.faas.auth;

import dev.faas.audit.Origins;
import dev.faas.audit.RefusedAttempts;
import dev.faas.auth.admin.NameRules;
import dev.faas.auth.signing.SigningKeys;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Serves the HTTP API of auth-service. */
final class AuthRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int MAX_TOKEN_LENGTH = 512;
    private static final int MAX_CODE_LENGTH = 64;

    private final Accounts accounts;
    private final SigningKeys keys;
    private final TokenVerifier verifier;
    private final Origins origins;
    private final Handler<RoutingContext> rate;
    private final Handler<RoutingContext> refreshRate;
    private final RefusedAttempts refused;

    /**
     * @param rate limits the logins and registrations of one address
     * @param refreshRate limits its calls with a refresh token
     */
    AuthRoutes(
            Accounts accounts,
            SigningKeys keys,
            TokenVerifier verifier,
            Origins origins,
            Handler<RoutingContext> rate,
            Handler<RoutingContext> refreshRate,
            RefusedAttempts refused) {
        this.accounts = accounts;
        this.keys = keys;
        this.verifier = verifier;
        this.origins = origins;
        this.rate = rate;
        this.refreshRate = refreshRate;
        this.refused = refused;
    }

    /** @param browsers also has a login that is limited */
    void add(Router on, BrowserRoutes browsers) {
        browsers.add(on, this::limitLogins, refreshRate);
        var json = Bodies.json(MAX_BODY_BYTES);
        var offer = AcceptFilter.json();
        on.post("/v1/auth/register").handler(offer).handler(rate).handler(json).respond(this::register);
        on.post("/v1/auth/login")
                .handler(offer)
                .handler(this::limitLogins)
                .handler(json)
                .respond(this::login);
        on.post("/v1/auth/refresh")
                .handler(offer)
                .handler(refreshRate)
                .handler(json)
                .respond(this::refresh);
        on.post("/v1/auth/logout").handler(refreshRate).handler(json).respond(this::logout);
        on.get("/v1/auth/me")
                .handler(offer)
                .handler(Authenticated.byAnyKey(verifier))
                .respond(this::me);
        on.get("/.well-known/jwks.json").handler(offer).respond(this::jwks);
    }

    private void limitLogins(RoutingContext ctx) {
        try {
            rate.handle(ctx);
        } catch (ProblemException tooMany) {
            refused.countLogin(Optional.empty(), origins.anonymous(ctx).address());
            throw tooMany;
        }
    }

    private Future<AccountView> register(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var username = NameRules.username(fields);
        var password = NameRules.newPassword(fields, "password");
        var invitation = fields.optionalText("invitation", MAX_CODE_LENGTH);
        fields.requireValid();
        return accounts.register(username, password, invitation, origins.anonymous(ctx))
                .map(account -> {
                    ctx.response().setStatusCode(201);
                    return AccountView.of(account);
                });
    }

    /** Does not check the rules for new names and passwords: what breaks them is wrong anyway. */
    private Future<TokenPair> login(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var username = fields.text("username", 1, NameRules.MAX_PASSWORD_LENGTH);
        var password = fields.text("password", 1, NameRules.MAX_PASSWORD_LENGTH);
        fields.requireValid();
        return accounts.login(username, password, origins.anonymous(ctx));
    }

    private Future<TokenPair> refresh(RoutingContext ctx) {
        return accounts.refresh(refreshToken(ctx), origins.anonymous(ctx));
    }

    private Future<Void> logout(RoutingContext ctx) {
        return accounts.logout(refreshToken(ctx), origins.anonymous(ctx));
    }

    private Future<AccountView> me(RoutingContext ctx) {
        var principal = Authenticated.principal(ctx);
        return accounts.find(principal).map(account -> AccountView.of(account, principal.key()));
    }

    /** May be cached for a minute: a new key is published several minutes before it signs. */
    private Future<JsonObject> jwks(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=60");
        return Future.succeededFuture(keys.jwkSet());
    }

    private static String refreshToken(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var token = fields.text("refresh_token", 1, MAX_TOKEN_LENGTH);
        fields.requireValid();
        return token;
    }
}
