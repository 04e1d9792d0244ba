package dev.faas.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What passes between two parts, on a port of its own: it can be cut as by a host that is down, or as by a network that loses
 * every packet, and mended. Thread-safe.
 */
public final class Cable implements AutoCloseable {
    private static final int BACKLOG = 200;
    private static final int BUFFER = 64 * 1024;

    private final SocketAddress target;
    private final ReservedPort port = new ReservedPort();
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;
    private boolean silent;

    /** @param target where it leads: an address on the network, or a Unix socket */
    public Cable(SocketAddress target) throws IOException {
        this.target = target;
        this.server = listen();
    }

    /** To a port of this machine. */
    public static Cable to(int port) throws IOException {
        return new Cable(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public int port() {
        return port.number();
    }

    /** Who is connected is thrown out, nobody gets in. */
    public synchronized void refuse() throws IOException {
        server.close();
        lines.forEach(Line::cut);
    }

    /** Nothing gets through any more, in neither direction, and nobody is told: neither bytes nor the end of a connection. */
    public synchronized void swallow() {
        silent = true;
    }

    /** What was swallowed is sent again and arrives now, as TCP has it. */
    public synchronized void mend() throws IOException {
        if (!server.isOpen()) {
            server = listen();
        }
        silent = false;
        notifyAll();
    }

    private ServerSocketChannel listen() throws IOException {
        var listening = ServerSocketChannel.open()
                .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), BACKLOG);
        Thread.ofVirtual().name("cable-" + port()).start(() -> accept(listening));
        return listening;
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (true) {
                var near = listening.accept();
                Thread.ofVirtual().start(() -> connect(near));
            }
        } catch (IOException e) {
            return; // cut, or closed
        }
    }

    private void connect(SocketChannel near) {
        try {
            hold();
            var line = new Line(near, SocketChannel.open(target), new AtomicInteger(2));
            keep(line);
            Thread.ofVirtual().start(() -> pump(line, near, line.far));
            Thread.ofVirtual().start(() -> pump(line, line.far, near));
        } catch (IOException e) {
            // What is behind it is not there: this end hears the same.
            close(near);
        }
    }

    private synchronized void keep(Line line) {
        lines.add(line);
        if (!server.isOpen()) {
            line.cut();
        }
    }

    private void pump(Line line, SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                hold();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            hold();
            // The other direction may go on: Docker's clients end a container's input and read its output.
            to.shutdownOutput();
        } catch (IOException e) {
            line.cut();
        }
        if (line.directions.decrementAndGet() == 0) {
            line.cut();
            lines.remove(line);
        }
    }

    /** Waits while nothing may pass. */
    private synchronized void hold() throws IOException {
        while (silent) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
    }

    /** A connection on either side of the cable. */
    private record Line(SocketChannel near, SocketChannel far, AtomicInteger directions) {
        void cut() {
            Cable.close(near);
            Cable.close(far);
        }
    }

    private static void close(SocketChannel end) {
        try {
            end.close();
        } catch (IOException e) {
            // Gone it is.
        }
    }

    @Override
    public void close() throws IOException {
        refuse();
        port.close();
        synchronized (this) {
            silent = false;
            notifyAll();
        }
    }
}
