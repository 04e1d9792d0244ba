package dev.faas.gateway.console;

import dev.faas.http.token.Access;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.BrowserCookies;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.Problem;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the cookie of a browser's login into an access token, if the request comes from a page of this platform. What is behind sees
 * a token in Authorization, and no cookie. A token of a cookie is accepted from nowhere else.
 */
public final class BrowserDoor implements Handler<RoutingContext> {
    private static final String LOGIN = "/v1/auth/browser";
    private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private final TokenVerifier verifier;
    private final BrowserCookies cookies;

    public BrowserDoor(TokenVerifier verifier, BrowserCookies cookies) {
        this.verifier = verifier;
        this.cookies = cookies;
    }

    @Override
    public void handle(RoutingContext ctx) {
        var request = ctx.request();
        var path = ctx.normalizedPath();
        var tokens = cookies.accessTokens(request);
        boolean ofLogin = path.equals(LOGIN) || path.startsWith(LOGIN + "/");
        if (!ofLogin) {
            request.headers().remove(HttpHeaders.COOKIE);
        } else if (request.method().equals(HttpMethod.POST)
                || (request.method().equals(HttpMethod.DELETE) && path.equals(LOGIN))) {
            requireOwnPage(request);
        }
        if (request.headers().contains(HttpHeaders.AUTHORIZATION)) {
            refuseTokenOfCookie(ctx);
        } else if (path.startsWith("/v1/") && !(ofLogin && request.method().equals(HttpMethod.POST))) {
            tokens.stream().filter(token -> find(token).isPresent()).findFirst().ifPresent(token -> {
                requireOwnPage(request);
                requireToken(request, find(token).orElseThrow().csrf());
                request.headers().set(HttpHeaders.AUTHORIZATION, "Bearer " + token);
            });
        }
        ctx.next();
    }

    private void refuseTokenOfCookie(RoutingContext ctx) {
        if (Authenticated.bearer(ctx).flatMap(this::find).isPresent()) {
            throw Problem.unauthenticated("This access token is one of a browser's cookie. Log in to get another one.")
                    .asException();
        }
    }

    /** Verification completes at once, on this thread. */
    private Optional<Access.Browser> find(String token) {
        var admitted = verifier.admit(token);
        return admitted.succeeded() ? Optional.ofNullable(admitted.result().browser()) : Optional.empty();
    }

    /** Browsers that use plain HTTP say no more than the origin, and that only of requests that may change something. */
    private void requireOwnPage(HttpServerRequest request) {
        var site = request.getHeader("Sec-Fetch-Site");
        boolean safe = SAFE.contains(request.method());
        boolean own = site == null
                ? safe || isOurs(request.getHeader(HttpHeaders.ORIGIN), request)
                : site.equals("same-origin") || (site.equals("none") && safe);
        if (!own) {
            throw failed("This request does not come from a page of this platform. Send it from the console, or with"
                    + " an access token of `login` and without cookies.");
        }
    }

    private boolean isOurs(@Nullable String origin, HttpServerRequest request) {
        if (origin == null) {
            return false;
        }
        var authority = request.authority();
        return (authority != null
                        && (origin.equalsIgnoreCase("http://" + authority)
                                || origin.equalsIgnoreCase("https://" + authority)))
                || (cookies.publicUrl() != null && origin.equalsIgnoreCase(originOf(cookies.publicUrl())));
    }

    private static String originOf(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private static void requireToken(HttpServerRequest request, String csrf) {
        var sent = request.getHeader("X-Faas-Csrf");
        if (!SAFE.contains(request.method())
                && (sent == null
                        || !MessageDigest.isEqual(
                                sent.getBytes(StandardCharsets.UTF_8), csrf.getBytes(StandardCharsets.UTF_8)))) {
            throw failed("The header X-Faas-Csrf is missing or of another login. Load the page again.");
        }
    }

    private static RuntimeException failed(String detail) {
        return Problem.of(403, "csrf_failed", "Not from the console", detail).asException();
    }
}
