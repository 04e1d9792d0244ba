package dev.faas.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Reserves a port of the loopback address. The socket is bound but does not listen: connections are refused, the kernel
 * gives the port to no other program, and a server that sets SO_REUSEADDR may listen there repeatedly.
 */
public final class ReservedPort implements AutoCloseable {
    private final SocketChannel bound;
    private final int number;

    public ReservedPort() throws IOException {
        bound = SocketChannel.open().setOption(StandardSocketOptions.SO_REUSEADDR, true);
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        number = ((InetSocketAddress) bound.getLocalAddress()).getPort();
    }

    /** A port that is free now, without a reservation: another program may take it before it is used. */
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
