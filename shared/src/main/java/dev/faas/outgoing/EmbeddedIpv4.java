package dev.faas.outgoing;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Finds the IPv4 addresses inside an IPv6 address that a gateway or tunnel would send the packets on to. */
final class EmbeddedIpv4 {
    private static final int IPV4_BYTES = 4;

    private EmbeddedIpv4() {}

    static List<InetAddress> in(InetAddress address) {
        var found = new ArrayList<InetAddress>();
        if (address instanceof Inet6Address) {
            var bytes = address.getAddress();
            if (startsWith(bytes, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) { // NAT64, RFC 6052
                found.add(ipv4(bytes, 12, 0));
            }
            if (startsWith(bytes, 0x20, 0x02)) { // 6to4, RFC 3056
                found.add(ipv4(bytes, 2, 0));
            }
            if (startsWith(
                    bytes, 0x20, 0x01, 0, 0)) { // Teredo, RFC 4380: its server, and the client with all bits inverted
                found.add(ipv4(bytes, 4, 0));
                found.add(ipv4(bytes, 12, 0xff));
            }
        }
        return found;
    }

    private static boolean startsWith(byte[] address, int... prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (Byte.toUnsignedInt(address[i]) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress ipv4(byte[] address, int from, int inverted) {
        var bytes = new byte[IPV4_BYTES];
        for (int i = 0; i < IPV4_BYTES; i++) {
            bytes[i] = (byte) (address[from + i] ^ inverted);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
