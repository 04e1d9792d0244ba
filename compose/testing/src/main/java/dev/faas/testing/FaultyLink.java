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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Forwards connections from a local port to a target, and injects network faults: refused connections (a host that is
 * down), stalled ones (a network that loses every packet), lost ones (a firewall that has forgotten them), delayed replies,
 * swallowed ones and broken ones. Thread-safe.
 */
public final class FaultyLink implements AutoCloseable {
    private static final int BACKLOG = 200;
    private static final int BUFFER = 64 * 1024;

    private final SocketAddress target;
    private final ReservedPort port = new ReservedPort();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;
    private boolean stalled;
    private boolean swallowing;
    private long delayNanos;
    private int breakEvery;
    private int replies;
    private int broken;

    /** @param target an internet address or a Unix socket */
    public FaultyLink(SocketAddress target) throws IOException {
        this.target = target;
        this.server = listen();
    }

    /** Links to a port of this machine. */
    public static FaultyLink to(int port) throws IOException {
        return new FaultyLink(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public int port() {
        return port.number();
    }

    /** Closes all connections and refuses new ones. */
    public synchronized void refuse() throws IOException {
        server.close();
        connections.forEach(Connection::cut);
    }

    /** Closes all connections; new ones work.
     *
     * @return how many there were
     */
    public int cut() {
        var open = List.copyOf(connections);
        open.forEach(Connection::cut);
        connections.removeAll(open);
        return open.size();
    }

    /** Closes a connection instead of every n-th piece of data that the target sends, or in the middle of it, in turns.
     *
     * @param n 0: no longer
     */
    public synchronized void breakReplies(int n) {
        breakEvery = n;
    }

    /** How many pieces were broken. */
    public synchronized int broken() {
        return broken;
    }

    /** Holds back everything in both directions, also the ends of connections. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Drops everything that open connections carry from now on, also their ends; new connections work. */
    public void lose() {
        connections.forEach(connection -> connection.lost.set(true));
    }

    /** Delays everything that the target sends, also the ends of connections. */
    public synchronized void delay(Duration time) {
        delayNanos = time.toNanos();
    }

    /** Drops everything that the target sends. Requests still arrive there, and what they ask for is done. */
    public synchronized void swallowReplies() {
        swallowing = true;
    }

    /**
     * Accepts connections again. Held or delayed data arrives now, as TCP would send it again; a connection whose replies were
     * swallowed ends.
     */
    public synchronized void restore() throws IOException {
        if (!server.isOpen()) {
            server = listen();
        }
        if (swallowing) {
            connections.forEach(Connection::cut);
        }
        swallowing = false;
        stalled = false;
        delayNanos = 0;
        notifyAll();
    }

    private ServerSocketChannel listen() throws IOException {
        var listening = ServerSocketChannel.open()
                .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), BACKLOG);
        Thread.ofVirtual().name("link-" + port()).start(() -> accept(listening));
        return listening;
    }

    private void accept(ServerSocketChannel listening) {
        try {
            while (true) {
                var near = listening.accept();
                Thread.ofVirtual().start(() -> connect(near));
            }
        } catch (IOException e) {
            return; // refused, or closed
        }
    }

    private void connect(SocketChannel near) {
        try {
            var unused = awaitPassage();
            var connection =
                    new Connection(near, SocketChannel.open(target), new AtomicInteger(2), new AtomicBoolean());
            register(connection);
            Thread.ofVirtual().start(() -> pump(connection, near, connection.far, this::awaitPassage, whole -> whole));
            Thread.ofVirtual()
                    .start(() -> pump(connection, connection.far, near, this::awaitReplyPassage, this::passing));
        } catch (IOException e) {
            // The target is not reachable: the client's connection ends, too.
            close(near);
        }
    }

    private synchronized void register(Connection connection) {
        connections.add(connection);
        if (!server.isOpen()) {
            connection.cut();
        }
    }

    @FunctionalInterface
    private interface Gate {
        /** Waits while data is held back; false if it is swallowed. */
        boolean await() throws IOException;
    }

    @FunctionalInterface
    private interface Part {
        /** How much of a piece passes; if it is not all, the connection ends there. */
        int of(int length);
    }

    private void pump(Connection connection, SocketChannel from, SocketChannel to, Gate gate, Part part) {
        var buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                boolean passes = gate.await();
                buffer.flip();
                int whole = buffer.limit();
                buffer.limit(part.of(whole));
                boolean breaks = buffer.limit() < whole;
                while (passes && buffer.hasRemaining() && !connection.lost.get()) {
                    to.write(buffer);
                }
                if (breaks) {
                    throw new IOException("broken on purpose");
                }
                buffer.clear();
            }
            var unused = gate.await();
            if (connection.lost.get()) {
                return;
            }
            // The other direction stays open: Docker's clients end a container's input and read its output.
            to.shutdownOutput();
        } catch (IOException e) {
            connection.cut();
        }
        if (connection.directions.decrementAndGet() == 0) {
            connection.cut();
            connections.remove(connection);
        }
    }

    private synchronized int passing(int length) {
        if (breakEvery == 0 || ++replies % breakEvery != 0) {
            return length;
        }
        broken++;
        return broken % 2 == 0 ? length / 2 : 0;
    }

    /** Waits while the link is stalled. */
    private boolean awaitPassage() throws IOException {
        return awaitPassage(0);
    }

    /** Waits for the delay, too, which may change meanwhile. */
    private boolean awaitReplyPassage() throws IOException {
        return awaitPassage(System.nanoTime());
    }

    /** @param delayedSince of {@link System#nanoTime}; 0: not delayed */
    private synchronized boolean awaitPassage(long delayedSince) throws IOException {
        try {
            while (stalled || (delayedSince != 0 && remainingNanos(delayedSince) > 0)) {
                // 0 waits until a change is signalled.
                wait(stalled ? 0 : TimeUnit.NANOSECONDS.toMillis(remainingNanos(delayedSince)) + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return delayedSince == 0 || !swallowing;
    }

    private long remainingNanos(long since) {
        return delayNanos - (System.nanoTime() - since);
    }

    /** The two ends of one connection. */
    private record Connection(SocketChannel near, SocketChannel far, AtomicInteger directions, AtomicBoolean lost) {
        void cut() {
            FaultyLink.close(near);
            FaultyLink.close(far);
        }
    }

    private static void close(SocketChannel end) {
        try {
            end.close();
        } catch (IOException e) {
            // It is closed as far as possible.
        }
    }

    @Override
    public void close() throws IOException {
        refuse();
        port.close();
        synchronized (this) {
            stalled = false;
            delayNanos = 0;
            notifyAll();
        }
    }
}
