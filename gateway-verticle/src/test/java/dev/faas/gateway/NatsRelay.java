package dev.faas.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Relays between a gateway and NATS, and cuts the connection at a message that the test chooses. */
final class NatsRelay implements AutoCloseable {
    enum Cut {
        NONE,
        /** NATS gets neither the message nor any later one. */
        BEFORE,
        /** NATS gets the message, and its replies are dropped. */
        AFTER,
        /** NATS gets the message, and its replies are held until {@link #release}. */
        HELD
    }

    private static final Duration MAX_HOLD = Duration.ofSeconds(30);

    private record PlannedCut(Cut cut, String message) {}

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile PlannedCut planned = new PlannedCut(Cut.NONE, "");
    private volatile CountDownLatch replies = new CountDownLatch(0);

    NatsRelay(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "nats://127.0.0.1:" + server.getLocalPort();
    }

    /** Cuts at the next message with this text, such as {@code HPUB events.}; later connections are not cut. */
    void cut(Cut cut, String message) {
        planned = new PlannedCut(cut, message);
    }

    /** Whether the message has come. */
    boolean hasCut() {
        return planned.cut() == Cut.NONE;
    }

    /** Whether the message has passed and replies are held. */
    boolean isHolding() {
        return replies.getCount() > 0;
    }

    void release() {
        replies.countDown();
    }

    /** Closes the cut connections, so that the gateway reconnects. */
    void heal() throws IOException {
        planned = new PlannedCut(Cut.NONE, "");
        for (var socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                connect(server.accept());
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            var nats = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(client);
            open.add(nats);
            var cut = new AtomicBoolean();
            Thread.ofVirtual().start(() -> toNats(client, nats, cut));
            Thread.ofVirtual().start(() -> toClient(nats, client, cut));
        } catch (IOException away) {
            client.close();
        }
    }

    private void toNats(Socket client, Socket nats, AtomicBoolean cut) {
        copy(client, nats, bytes -> {
            var now = planned;
            if (now.cut() != Cut.NONE && bytes.contains(now.message())) {
                planned = new PlannedCut(Cut.NONE, "");
                if (now.cut() == Cut.HELD) {
                    replies = new CountDownLatch(1);
                    return true;
                }
                cut.set(true);
                return now.cut() == Cut.AFTER;
            }
            return !cut.get();
        });
    }

    private void toClient(Socket nats, Socket client, AtomicBoolean cut) {
        copy(nats, client, bytes -> awaitRelease() && !cut.get());
    }

    private boolean awaitRelease() {
        try {
            return replies.await(MAX_HOLD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private interface Filter {
        boolean passes(String bytes);
    }

    private void copy(Socket from, Socket to, Filter filter) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[256 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (filter.passes(new String(buffer, 0, read, StandardCharsets.ISO_8859_1))) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (IOException gone) {
            // Closing one side closes the other.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        heal();
    }
}
