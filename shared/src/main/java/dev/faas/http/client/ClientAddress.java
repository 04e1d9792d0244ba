package dev.faas.http.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The IP address of a client. Never looks up a name.
 *
 * @param ofGateway it is of a gateway that does not tell which client it asks for, as those of earlier versions
 */
public record ClientAddress(InetAddress ip, boolean ofGateway) {
    /** The gateway tells the services behind it by this header. */
    public static final String HEADER = "Faas-Client-Address";

    private static final int IPV6_NETWORK_BYTES = 8;

    /** Empty unless the text is an IP address. An IPv4 address that is written as an IPv6 one becomes an IPv4 address. */
    public static Optional<ClientAddress> parse(String literal) {
        try {
            // Without the scope of a link-local address, which is an interface of this machine.
            return Optional.of(new ClientAddress(
                    InetAddress.getByAddress(
                            InetAddress.ofLiteral(literal.trim()).getAddress()),
                    false));
        } catch (IllegalArgumentException | UnknownHostException notAnAddress) {
            return Optional.empty();
        }
    }

    /** What one client has: an IPv4 address, or an IPv6 network of 64 bits. */
    public String prefix() {
        return ip instanceof Inet4Address ? toString() : network() + "/64";
    }

    /** An IPv4 address itself, or the first address of the IPv6 network that one client has. */
    public ClientAddress network() {
        if (ip instanceof Inet4Address) {
            return this;
        }
        var network = Arrays.copyOf(Arrays.copyOf(ip.getAddress(), IPV6_NETWORK_BYTES), ip.getAddress().length);
        try {
            return new ClientAddress(InetAddress.getByAddress(network), ofGateway);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public String toString() {
        return ip.getHostAddress();
    }
}
