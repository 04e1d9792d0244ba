package dev.faas.outgoing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a receiver: http or https, a host and a path. A host is a name or an IP address in its one usual form. Another
 * reader could take {@code 0177.1} or {@code 2130706433} for an address, so such forms are refused here.
 */
public final class OutgoingUrl {
    private static final int MAX_LENGTH = 2048;
    private static final int MAX_NAME_LENGTH = 253;
    private static final int MAX_PORT = 65_535;
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

    private final boolean tls;
    private final String host;
    private final @Nullable InetAddress address;
    private final int port;
    private final String target;

    private OutgoingUrl(boolean tls, String host, @Nullable InetAddress address, int port, String target) {
        this.tls = tls;
        this.host = host;
        this.address = address;
        this.port = port;
        this.target = target;
    }

    /** @throws IllegalArgumentException with a message that continues "must" and does not repeat the text, which may be secret */
    public static OutgoingUrl parse(String text) {
        var url = uri(text);
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (!tls && !scheme.equals("http")) {
            throw new IllegalArgumentException("begin with https:// or http://");
        }
        if (url.getHost() == null) {
            throw wrongHost();
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("have neither a user nor a fragment");
        }
        int port = url.getPort() < 0 ? defaultPort(tls) : url.getPort();
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("have a port from 1 to " + MAX_PORT);
        }
        var path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        var target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
        var host = url.getHost().toLowerCase(Locale.ROOT);
        if (host.startsWith("[") || IPV4.matcher(host).matches()) {
            var address = literal(host);
            return new OutgoingUrl(tls, address.getHostAddress(), address, port, target);
        }
        var name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!isName(name)) {
            throw wrongHost();
        }
        return new OutgoingUrl(tls, name, null, port, target);
    }

    /** A name as certificates have it: in lower case, without a dot at its end. A last label of digits would be an address. */
    static boolean isName(String host) {
        return host.length() <= MAX_NAME_LENGTH && NAME.matcher(host).matches();
    }

    static int defaultPort(boolean tls) {
        return tls ? 443 : 80;
    }

    private static URI uri(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("have at most " + MAX_LENGTH + " characters");
        }
        try {
            return new URI(new URI(text).toASCIIString());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("be a URL such as https://example.com/path", e);
        }
    }

    private static InetAddress literal(String host) {
        try {
            if (!host.contains("%")) { // an interface of this machine
                return InetAddress.ofLiteral(host.replace("[", "").replace("]", ""));
            }
        } catch (IllegalArgumentException notAnAddress) {
            // the message below covers this case
        }
        throw wrongHost();
    }

    private static IllegalArgumentException wrongHost() {
        return new IllegalArgumentException(
                "have a host name in ASCII, or an IP address such as 203.0.113.7 or [2001:db8::7]");
    }

    public boolean isTls() {
        return tls;
    }

    /** The name, or the IP address without brackets. */
    public String host() {
        return host;
    }

    /** Of a host that is an IP address. An IPv4 address that is written as an IPv6 one is an IPv4 address. */
    Optional<InetAddress> address() {
        return Optional.ofNullable(address);
    }

    /** As {@code Host} has it, without the port. */
    String authority() {
        return address instanceof Inet6Address ? "[" + host + "]" : host;
    }

    int port() {
        return port;
    }

    /** Whether scheme, host and port are the same. */
    public boolean hasOriginOf(OutgoingUrl other) {
        return tls == other.tls && port == other.port && host.equals(other.host);
    }

    /** Scheme, host and port. */
    public String origin() {
        return (tls ? "https://" : "http://") + authority() + (port == defaultPort(tls) ? "" : ":" + port);
    }

    /** Path and query. */
    String target() {
        return target;
    }
}
