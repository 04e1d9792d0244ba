package dev.faas.outgoing;

import dev.faas.config.Env;
import dev.faas.http.client.AddressRanges;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Decides which hosts and addresses requests of users may go to. By default the public internet by https. Users choose the
 * URL, so without this rule they would reach the platform's own network.
 *
 * @param allowed what may be reached as well, also by http
 * @param denied what may not be reached; wins
 */
public record OutgoingRules(Targets allowed, Targets denied) {
    public static final OutgoingRules PUBLIC_INTERNET = new OutgoingRules(Targets.NONE, Targets.NONE);

    /** What the registries of IANA for special purposes call not globally reachable, multicast and reserved blocks. */
    private static final AddressRanges SPECIAL = AddressRanges.of(List.of(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // CGNAT
            "127.0.0.0/8", // loopback
            "168.63.129.16", // Azure's services for a machine, at a public address
            "169.254.0.0/16", // link-local, with the metadata of most clouds
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // relays of 6to4, deprecated
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved, and broadcast
            "2001::/23", // protocol assignments, with Teredo
            "2001:db8::/32", // documentation
            "3fff::/20")); // documentation

    /** All that is given out of IPv6, and NAT64. The rest is loopback, link-local, unique-local, multicast or reserved. */
    private static final AddressRanges PUBLIC_IPV6 = AddressRanges.of(List.of("2000::/3", "64:ff9b::/96"));

    public static OutgoingRules from(Env env) {
        return new OutgoingRules(
                Targets.from(
                        env,
                        "FAAS_OUTGOING_ALLOW",
                        "hosts and address blocks that webhooks may reach although they are not public, also by http,"
                                + " such as erp.internal, *.corp.example or 10.2.0.0/16"),
                Targets.from(
                        env,
                        "FAAS_OUTGOING_DENY",
                        "hosts and address blocks that webhooks may not reach; wins over FAAS_OUTGOING_ALLOW"));
    }

    /** For a URL that a user gives: false when it is refused whatever its name resolves to. */
    public boolean mayAllow(OutgoingUrl url) {
        if (denied.hasName(url.host())) {
            return false;
        }
        return url.address()
                .map(address -> allows(url, address))
                .orElseGet(() -> allowsAllAddresses(url)
                        // A name without a dot is one of the platform's network.
                        || (url.host().contains(".")
                                && (url.isTls() || !allowed.ranges().isEmpty())));
    }

    /** For a connection to an address that the URL's host resolved to. */
    boolean allows(OutgoingUrl url, InetAddress address) {
        return Stream.concat(Stream.of(address), EmbeddedIpv4.in(address).stream())
                .allMatch(each -> !denied.ranges().contains(each)
                        && (allowsAllAddresses(url)
                                || allowed.ranges().contains(each)
                                || (url.isTls() && isPublic(each))));
    }

    /** For a connection through a proxy, which resolves the name itself. */
    boolean allowsUnresolved(OutgoingUrl url) {
        return mayAllow(url) && (url.isTls() || url.address().isPresent() || allowsAllAddresses(url));
    }

    private boolean allowsAllAddresses(OutgoingUrl url) {
        return allowed.hasName(url.host());
    }

    private static boolean isPublic(InetAddress address) {
        return !SPECIAL.contains(address) && (address instanceof Inet4Address || PUBLIC_IPV6.contains(address));
    }
}
