package dev.faas.outgoing;

import dev.faas.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes a request on 127.0.0.2 and does something else than to answer it. */
final class MisbehavingServer implements AutoCloseable {
    enum Behaviour {
        SILENT(""),
        CLOSES("", false),
        CLOSES_IN_HEADERS("HTTP/1.1 200 OK\r\nContent-", false),
        NO_HTTP("220 mail.example ESMTP\r\n\r\n"),
        LONG_STATUS_LINE("HTTP/1.1 200 " + "x".repeat(10_000)),
        LONG_HEADERS("HTTP/1.1 200 OK\r\n" + "X-Long: abcdefghijklmnop\r\n".repeat(1_000)),
        SLOW_HEADERS("HTTP/1.1 200 OK\r\n", "x"),
        ENDLESS_INTERIM("", "HTTP/1.1 100 Continue\r\n\r\n"),
        UNFINISHED_BODY("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"),
        CUT_BODY("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin", false),
        SLOW_BODY("HTTP/1.1 200 OK\r\n\r\nbegin", "x"),
        ENDLESS_BODY("HTTP/1.1 200 OK\r\n\r\nbegin", "x".repeat(10_000));

        private final String first;
        private final String repeated;
        private final boolean staysOpen;

        Behaviour(String first) {
            this(first, "", true);
        }

        Behaviour(String first, boolean staysOpen) {
            this(first, "", staysOpen);
        }

        Behaviour(String first, String repeated) {
            this(first, repeated, true);
        }

        Behaviour(String first, String repeated, boolean staysOpen) {
            this.first = first;
            this.repeated = repeated;
            this.staysOpen = staysOpen;
        }
    }

    private static final int INTERVAL_MILLIS = 10;

    private final Vertx vertx;
    private final Behaviour behaviour;
    private final AtomicInteger open = new AtomicInteger();
    private final NetServer server;

    MisbehavingServer(Vertx vertx, Behaviour behaviour) {
        this.vertx = vertx;
        this.behaviour = behaviour;
        server = Await.await(vertx.createNetServer().connectHandler(this::serve).listen(0, "127.0.0.2"));
    }

    private void serve(NetSocket socket) {
        open.incrementAndGet();
        socket.closeHandler(closed -> open.decrementAndGet());
        socket.handler(request -> {
            socket.handler(rest -> {});
            if (!behaviour.first.isEmpty()) {
                socket.write(behaviour.first);
            }
            if (!behaviour.staysOpen) {
                socket.close();
            } else if (!behaviour.repeated.isEmpty()) {
                vertx.setPeriodic(INTERVAL_MILLIS, again -> {
                    if (!socket.writeQueueFull()) {
                        socket.write(behaviour.repeated);
                    }
                });
            }
        });
    }

    int port() {
        return server.actualPort();
    }

    int openConnections() {
        return open.get();
    }

    @Override
    public void close() {
        Await.await(server.close());
    }
}
