package dev.faas.testing;

import dev.faas.local.ReservedPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What passes between two parts, on a port of its own: it can be cut as by a host that is down, or as by a network that loses
 * every packet, slowed down, and mended. Thread-safe.
 */
public final class FaultyLink implements AutoCloseable {
    private static final int BACKLOG = 200;
    private static final int BUFFER = 64 * 1024;

    private final SocketAddress target;
    private final ReservedPort port = new ReservedPort();
    private final Set<Connection> lines = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;
    private boolean silent;
    private long delayNanos;

    /** @param target where it leads: an address on the network, or a Unix socket */
    public FaultyLink(SocketAddress target) throws IOException {
        this.target = target;
        this.server = listen();
    }

    /** To a port of this machine. */
    public static FaultyLink to(int port) throws IOException {
        return new FaultyLink(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public int port() {
        return port.number();
    }

    /** Who is connected is thrown out, nobody gets in. */
    public synchronized void refuse() throws IOException {
        server.close();
        lines.forEach(Connection::cut);
    }

    /** Nothing gets through any more, in neither direction, and nobody is told: neither bytes nor the end of a connection. */
    public synchronized void swallow() {
        silent = true;
    }

    /** Whatever comes back, the end of a connection among it, takes so much longer from now on: its other side is slow to answer. */
    public synchronized void delay(Duration time) {
        delayNanos = time.toNanos();
    }

    /** What was swallowed, or is still delayed, is sent again and arrives now, as TCP has it. */
    public synchronized void mend() throws IOException {
        if (!server.isOpen()) {
            server = listen();
        }
        silent = false;
        delayNanos = 0;
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
            var line = new Connection(near, SocketChannel.open(target), new AtomicInteger(2));
            keep(line);
            Thread.ofVirtual().start(() -> pump(line, near, line.far, this::hold));
            Thread.ofVirtual().start(() -> pump(line, line.far, near, this::holdAnswer));
        } catch (IOException e) {
            // What is behind it is not there: this end hears the same.
            close(near);
        }
    }

    private synchronized void keep(Connection line) {
        lines.add(line);
        if (!server.isOpen()) {
            line.cut();
        }
    }

    @FunctionalInterface
    private interface Hold {
        void await() throws IOException;
    }

    private void pump(Connection line, SocketChannel from, SocketChannel to, Hold hold) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                hold.await();
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            hold.await();
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
    private void hold() throws IOException {
        hold(0);
    }

    /** Waits for its time, too, which may become shorter. */
    private void holdAnswer() throws IOException {
        hold(System.nanoTime());
    }

    /** @param delayedSince by {@link System#nanoTime}; 0: not delayed */
    private synchronized void hold(long delayedSince) throws IOException {
        try {
            while (silent || (delayedSince != 0 && restNanos(delayedSince) > 0)) {
                // 0 waits for a change.
                wait(silent ? 0 : TimeUnit.NANOSECONDS.toMillis(restNanos(delayedSince)) + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private long restNanos(long since) {
        return delayNanos - (System.nanoTime() - since);
    }

    /** A connection on either side of the cable. */
    private record Connection(SocketChannel near, SocketChannel far, AtomicInteger directions) {
        void cut() {
            FaultyLink.close(near);
            FaultyLink.close(far);
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
            delayNanos = 0;
            notifyAll();
        }
    }
}
