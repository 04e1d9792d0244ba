package dev.faas.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * A port of the loopback address that nobody is given but who asks for it by its number: bound and not listening, it refuses
 * connections, and leaves a server that sets SO_REUSEADDR, as they all do, to listen there, again and again.
 */
public final class ReservedPort implements AutoCloseable {
    private final SocketChannel bound;
    private final int number;

    public ReservedPort() throws IOException {
        bound = SocketChannel.open().setOption(StandardSocketOptions.SO_REUSEADDR, true);
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        number = ((InetSocketAddress) bound.getLocalAddress()).getPort();
    }

    /** One that nobody has now, for who needs none of its own: another may take it before it is used. */
    public static int free() throws IOException {
        try (var port = new ReservedPort()) {
            return port.number();
        }
    }

    public int number() {
        return number;
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
