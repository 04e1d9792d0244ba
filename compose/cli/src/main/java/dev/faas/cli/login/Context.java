package dev.faas.cli.login;

import dev.faas.cli.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names a platform, the login there, and the project to work in.
 *
 * @param project null: the user's own
 */
public record Context(String name, URI url, @Nullable String project) {
    static final String DEFAULT_URL = "http://127.0.0.1:8000";
    private static final int MAX_PORT = 65_535;
    private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "[::1]");

    /** Accepts {@code host:port} as well: with TLS, unless it is this machine. */
    static URI parseUrl(String text) {
        var plain = text.replaceAll("/+$", "");
        boolean hasScheme = text.contains("://");
        try {
            var url = new URI(hasScheme ? plain : "https://" + plain);
            if (!hasScheme && url.getHost() != null && isLoopback(url.getHost())) {
                url = new URI("http://" + plain);
            }
            var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if (url.getHost() != null
                    && !plain.endsWith(":")
                    && (scheme.equals("http") || scheme.equals("https"))
                    && url.getPort() <= MAX_PORT
                    && url.getUserInfo() == null
                    && url.getQuery() == null
                    && url.getFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Refused below.
        }
        throw Failure.usage(
                "'%s' is not the address of a platform".formatted(withoutPassword(text)),
                "Write it like " + DEFAULT_URL);
    }

    private static String withoutPassword(String text) {
        int start = text.contains("://") ? text.indexOf("://") + 3 : 0;
        int at = text.lastIndexOf('@');
        return at < start ? text : text.substring(0, start) + "***" + text.substring(at);
    }

    /** Name for a platform without a name of the user's. */
    static String nameFor(URI url) {
        return url.toString().equals(DEFAULT_URL)
                ? "default"
                : url.getHost().replaceAll("[^A-Za-z0-9.-]", "") + (url.getPort() < 0 ? "" : "-" + url.getPort());
    }

    /** Whether a password sent there could be read on the way. */
    private static boolean isPlain(URI url) {
        return url.getScheme().equalsIgnoreCase("http") && !isLoopback(url.getHost());
    }

    /** For an address to which a password or token travels in the clear. */
    static Optional<String> plainWarning(URI url) {
        return isPlain(url)
                ? Optional.of(
                        "Warning: %s has no TLS: others on the network can read the password or token.".formatted(url))
                : Optional.empty();
    }

    private static boolean isLoopback(String host) {
        return LOOPBACK.contains(host.toLowerCase(Locale.ROOT)) || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
