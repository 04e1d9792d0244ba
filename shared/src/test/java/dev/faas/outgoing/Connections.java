package dev.faas.outgoing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens on all addresses of this machine, or on one, and counts who comes. Says nothing. */
final class Connections implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket();
    private final AtomicInteger accepted = new AtomicInteger();

    Connections() throws IOException {
        this(new InetSocketAddress(0));
    }

    Connections(InetSocketAddress address) throws IOException {
        listener.bind(address);
        Thread.ofPlatform().daemon().name("connections").start(this::accept);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                listener.accept().close();
                accepted.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    int count() {
        return accepted.get();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
