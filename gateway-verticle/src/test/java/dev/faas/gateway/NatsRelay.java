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

/** Stands between a gateway and the bus, and cuts them apart at the very message that a test names. */
final class NatsRelay implements AutoCloseable {
    /** What happens to the message, and to all that comes after it in its direction. */
    enum Cut {
        NONE,
        /** The bus does not get it. */
        BEFORE,
        /** The bus gets it, and its answers do not come back. */
        AFTER,
        /** The bus gets it, and all of its answers wait to be {@linkplain #release released}. */
        HELD
    }

    private static final Duration HELD_AT_MOST = Duration.ofSeconds(30);

    private record Order(Cut cut, String message) {}

    private final int target;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile Order order = new Order(Cut.NONE, "");
    private volatile CountDownLatch answers = new CountDownLatch(0);

    NatsRelay(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "nats://127.0.0.1:" + server.getLocalPort();
    }

    /** From the next message on that begins so, such as {@code HPUB events.}; connections made later are whole. */
    void cut(Cut cut, String message) {
        order = new Order(cut, message);
    }

    /** Whether the message has come, whose answers are to be held. */
    boolean holds() {
        return answers.getCount() > 0;
    }

    /** Lets the answers that were held come back. */
    void release() {
        answers.countDown();
    }

    /** Ends the connections that were cut: the gateway makes new ones. */
    void heal() throws IOException {
        order = new Order(Cut.NONE, "");
        for (var socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                join(server.accept());
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private void join(Socket client) throws IOException {
        try {
            var bus = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(client);
            open.add(bus);
            var deaf = new AtomicBoolean();
            Thread.ofVirtual().start(() -> toBus(client, bus, deaf));
            Thread.ofVirtual().start(() -> toClient(bus, client, deaf));
        } catch (IOException away) {
            client.close();
        }
    }

    private void toBus(Socket client, Socket bus, AtomicBoolean deaf) {
        pass(client, bus, bytes -> {
            var now = order;
            if (now.cut() != Cut.NONE && bytes.contains(now.message())) {
                order = new Order(Cut.NONE, "");
                if (now.cut() == Cut.HELD) {
                    answers = new CountDownLatch(1);
                    return true;
                }
                deaf.set(true);
                return now.cut() == Cut.AFTER;
            }
            return !deaf.get();
        });
    }

    private void toClient(Socket bus, Socket client, AtomicBoolean deaf) {
        pass(bus, client, bytes -> released() && !deaf.get());
    }

    private boolean released() {
        try {
            return answers.await(HELD_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private interface Sieve {
        boolean passes(String bytes);
    }

    private void pass(Socket from, Socket to, Sieve sieve) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[256 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (sieve.passes(new String(buffer, 0, read, StandardCharsets.ISO_8859_1))) {
                    out.write(buffer, 0, read);
                    out.flush();
                }
            }
        } catch (IOException gone) {
            // One side's end is the other's.
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
