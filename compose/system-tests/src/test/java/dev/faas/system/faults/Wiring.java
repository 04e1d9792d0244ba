package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Holds the links between parts. Parts reach each other only by the ports of these links. */
final class Wiring implements AutoCloseable {
    private final List<NamedLink> links = new ArrayList<>();

    private record NamedLink(Set<String> ends, FaultyLink link) {}

    /** Adds a link; the port by which {@code from} reaches {@code to}. */
    int connect(String from, String to, SocketAddress target) throws IOException {
        var link = new FaultyLink(target);
        links.add(new NamedLink(Set.of(from, to), link));
        return link.port();
    }

    int connect(String from, String to, int port) throws IOException {
        return connect(from, to, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** All links of this part. */
    List<FaultyLink> linksOf(String part) {
        return links.stream()
                .filter(link -> link.ends().contains(part))
                .map(NamedLink::link)
                .toList();
    }

    /** All links between this part and the others. */
    List<FaultyLink> linksBetween(String part, Set<String> others) {
        return links.stream()
                .filter(link -> link.ends().contains(part))
                .filter(link -> link.ends().stream().anyMatch(others::contains))
                .map(NamedLink::link)
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (var link : links) {
            link.link().close();
        }
    }
}
