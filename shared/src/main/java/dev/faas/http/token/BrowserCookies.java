package dev.faas.http.token;

import dev.faas.config.Env;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names the cookies of a browser's login, and reads them. A name contains characters of the platform's id, since cookies ignore
 * ports: two platforms of one host have different ones.
 *
 * @param publicUrl where browsers find the platform; null: where they happen to find it
 */
public record BrowserCookies(@Nullable URI publicUrl) {
    private static final String SECURE = "__Secure-";
    private static final String ACCESS = "faas_access_";
    private static final String REFRESH = "faas_refresh_";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{6}");

    public static BrowserCookies from(Env env) {
        var url = env.optional(
                        "FAAS_PUBLIC_URL",
                        "where browsers find this platform; with https their cookies are sent over TLS only; default: any")
                .map(URI::create);
        if (url.filter(it -> it.getHost() != null && List.of("http", "https").contains(it.getScheme()))
                        .isEmpty()
                && url.isPresent()) {
            env.addProblem("FAAS_PUBLIC_URL", "must be an http or https URL with a host, such as https://faas.example");
        }
        return new BrowserCookies(url.orElse(null));
    }

    public boolean secure() {
        return publicUrl != null && "https".equals(publicUrl.getScheme());
    }

    public String access(String platform) {
        return prefix() + ACCESS + platform;
    }

    public String refresh(String platform) {
        return prefix() + REFRESH + platform;
    }

    /** The values of all cookies that may be an access token of this platform. */
    public List<String> accessTokens(HttpServerRequest request) {
        var start = prefix() + ACCESS;
        return all(request).stream()
                .filter(cookie -> cookie.name().startsWith(start)
                        && ID.matcher(cookie.name().substring(start.length())).matches())
                .map(Cookie::value)
                .toList();
    }

    public Optional<String> find(HttpServerRequest request, String name) {
        return all(request).stream()
                .filter(cookie -> cookie.name().equals(name))
                .map(Cookie::value)
                .findFirst();
    }

    private String prefix() {
        return secure() ? SECURE : "";
    }

    private record Cookie(String name, String value) {}

    private static List<Cookie> all(HttpServerRequest request) {
        return request.headers().getAll(HttpHeaders.COOKIE).stream()
                .flatMap(header -> Arrays.stream(header.split(";")))
                .map(pair -> pair.strip().split("=", 2))
                .filter(pair -> pair.length == 2)
                .map(pair -> new Cookie(pair[0], pair[1]))
                .toList();
    }
}
