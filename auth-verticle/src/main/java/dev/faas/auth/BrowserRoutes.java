package dev.faas.auth;

import dev.faas.audit.Origins;
import dev.faas.auth.admin.NameRules;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.token.Access;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.BrowserCookies;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Serves logins of browsers: both tokens are in cookies that no script reads. The gateway has checked that the requests come from a
 * page of this platform.
 */
final class BrowserRoutes {
    private static final String PATH = "/v1/auth/browser";
    private static final int MAX_BODY_BYTES = 16_384;

    /** @param expiresAt of the access token */
    record BrowserLogin(AccountView user, String csrfToken, String expiresAt) {
        static BrowserLogin of(Account account, Access.Browser browser) {
            return new BrowserLogin(AccountView.of(account), browser.csrf(), ApiTime.format(browser.expiresAt()));
        }
    }

    private final Accounts accounts;
    private final TokenVerifier verifier;
    private final Origins origins;
    private final BrowserCookies cookies;
    private final String accessName;
    private final String refreshName;

    BrowserRoutes(Accounts accounts, TokenVerifier verifier, Origins origins, BrowserCookies cookies, String platform) {
        this.accounts = accounts;
        this.verifier = verifier;
        this.origins = origins;
        this.cookies = cookies;
        this.accessName = cookies.access(platform);
        this.refreshName = cookies.refresh(platform);
    }

    /**
     * @param rate limits the logins of one address
     * @param refreshRate limits its calls with a refresh token
     */
    void add(Router on, Handler<RoutingContext> rate, Handler<RoutingContext> refreshRate) {
        var offer = AcceptFilter.json();
        on.post(PATH)
                .handler(offer)
                .handler(rate)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::open);
        on.get(PATH).handler(offer).handler(Authenticated.by(verifier)).respond(this::get);
        Bodies.declareTypes(on.post(PATH + "/refresh"), List.of())
                .handler(offer)
                .handler(refreshRate)
                .respond(this::refresh);
        on.delete(PATH).handler(refreshRate).respond(this::end);
    }

    private Future<BrowserLogin> open(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var username = fields.text("username", 1, NameRules.MAX_PASSWORD_LENGTH);
        var password = fields.text("password", 1, NameRules.MAX_PASSWORD_LENGTH);
        fields.requireValid();
        return accounts.loginOfBrowser(username, password, origins.anonymous(ctx))
                .map(login -> {
                    ctx.response().setStatusCode(201);
                    return answer(ctx, login);
                });
    }

    private Future<BrowserLogin> get(RoutingContext ctx) {
        var access = Authenticated.access(ctx);
        var browser = access.browser();
        return browser == null
                ? Future.failedFuture(Problem.unauthenticated("This is no login of a browser. Sign in.")
                        .asException())
                : accounts.find(access.principal()).map(account -> BrowserLogin.of(account, browser));
    }

    private Future<BrowserLogin> refresh(RoutingContext ctx) {
        var token = cookies.find(ctx.request(), refreshName);
        return token.map(it -> accounts.refreshOfBrowser(it, origins.anonymous(ctx)))
                .orElseGet(() -> Future.failedFuture(Accounts.refusedToken().asException()))
                .map(login -> answer(ctx, login))
                .onFailure(failure -> {
                    if (Accounts.isRefusedToken(failure)) {
                        removeCookies(ctx.response());
                    }
                });
    }

    private Future<Void> end(RoutingContext ctx) {
        var token = cookies.find(ctx.request(), refreshName);
        return token.map(it -> accounts.logout(it, origins.anonymous(ctx)))
                .orElseGet(Future::succeededFuture)
                .onSuccess(ended -> removeCookies(ctx.response()));
    }

    private BrowserLogin answer(RoutingContext ctx, Login login) {
        var tokens = login.tokens();
        setCookies(
                ctx.response(),
                tokens.accessToken(),
                tokens.expiresInSeconds(),
                tokens.refreshToken(),
                login.refreshLifetime().toSeconds());
        return BrowserLogin.of(login.account(), new Access.Browser(login.csrf(), login.expiresAt()));
    }

    private void removeCookies(HttpServerResponse response) {
        setCookies(response, "", 0, "", 0);
    }

    private void setCookies(
            HttpServerResponse response, String access, long accessSeconds, String refresh, long refreshSeconds) {
        setCookie(response, accessName, access, "/v1", accessSeconds);
        setCookie(response, refreshName, refresh, PATH, refreshSeconds);
    }

    private void setCookie(HttpServerResponse response, String name, String value, String path, long seconds) {
        response.headers()
                .add(
                        "Set-Cookie",
                        Cookie.cookie(name, value)
                                .setPath(path)
                                .setMaxAge(seconds)
                                .setHttpOnly(true)
                                .setSecure(cookies.secure())
                                .setSameSite(CookieSameSite.STRICT)
                                .encode());
    }
}
