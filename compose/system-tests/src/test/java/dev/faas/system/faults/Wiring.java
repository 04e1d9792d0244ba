package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Everything by which one part reaches another. Parts know each other by these cables' ports only. */
final class Wiring implements AutoCloseable {
    private final List<Wire> wires = new ArrayList<>();

    private record Wire(Set<String> ends, FaultyLink cable) {}

    /** A new cable; the port by which {@code from} reaches {@code to}. */
    int lay(String from, String to, SocketAddress target) throws IOException {
        var cable = new FaultyLink(target);
        wires.add(new Wire(Set.of(from, to), cable));
        return cable.port();
    }

    int lay(String from, String to, int port) throws IOException {
        return lay(from, to, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** All that ends at this part. */
    List<FaultyLink> at(String part) {
        return wires.stream()
                .filter(wire -> wire.ends().contains(part))
                .map(Wire::cable)
                .toList();
    }

    /** All between this part and those others. */
    List<FaultyLink> between(String part, Set<String> others) {
        return wires.stream()
                .filter(wire -> wire.ends().contains(part))
                .filter(wire -> wire.ends().stream().anyMatch(others::contains))
                .map(Wire::cable)
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (var wire : wires) {
            wire.cable().close();
        }
    }
}
