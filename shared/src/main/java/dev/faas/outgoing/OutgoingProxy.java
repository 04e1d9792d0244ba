package dev.faas.outgoing;

import dev.faas.config.Env;
import dev.faas.config.Secret;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** An HTTP proxy that all outgoing requests go through. It resolves the names, and decides which addresses may be reached. */
public record OutgoingProxy(String host, int port, Optional<Credentials> credentials) {
    public record Credentials(String user, Secret password) {}

    private static final String NAME = "FAAS_OUTGOING_PROXY";
    private static final int DEFAULT_PORT = 3128;

    static Optional<OutgoingProxy> from(Env env) {
        var doc =
                "HTTP proxy for webhooks, such as http://user:password@proxy:3128; it resolves and checks names itself";
        return env.secret(NAME, doc)
                .flatMap(url -> parse(url.value()).or(() -> {
                    // Without the value, which may contain a password.
                    env.addProblem(NAME, "must be an address such as http://proxy:3128");
                    return Optional.empty();
                }));
    }

    private static Optional<OutgoingProxy> parse(String text) {
        try {
            var url = new URI(text);
            if (!"http".equals(url.getScheme())
                    || url.getHost() == null
                    || url.getRawPath().length() > 1
                    || url.getRawQuery() != null) {
                return Optional.empty();
            }
            int port = url.getPort() < 0 ? DEFAULT_PORT : url.getPort();
            return Optional.of(new OutgoingProxy(
                    url.getHost(),
                    port,
                    Optional.ofNullable(url.getRawUserInfo()).map(OutgoingProxy::credentials)));
        } catch (URISyntaxException notAnAddress) {
            return Optional.empty();
        }
    }

    private static Credentials credentials(String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon < 0
                ? new Credentials(decode(userInfo), new Secret(""))
                : new Credentials(
                        decode(userInfo.substring(0, colon)), new Secret(decode(userInfo.substring(colon + 1))));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    ProxyOptions options() {
        var options = new ProxyOptions().setType(ProxyType.HTTP).setHost(host).setPort(port);
        credentials.ifPresent(each ->
                options.setUsername(each.user()).setPassword(each.password().value()));
        return options;
    }
}
