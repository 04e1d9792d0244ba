package dev.faas.outgoing;

import dev.faas.testing.Await;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** An HTTP proxy that opens every tunnel (CONNECT) to one server, and remembers what it was asked for. */
final class TunnelProxy implements AutoCloseable {
    private static final Pattern CONNECT = Pattern.compile(
            "CONNECT (\\S+) HTTP/1.1\\r\\n.*?proxy-authorization: Basic (\\S+)\\r\\n.*", Pattern.DOTALL);

    private final Vertx vertx;
    private final String address;
    private final int port;
    private final List<String> targets = new CopyOnWriteArrayList<>();
    private final List<String> credentials = new CopyOnWriteArrayList<>();
    private final NetServer server;

    TunnelProxy(Vertx vertx, String address, int port) {
        this.vertx = vertx;
        this.address = address;
        this.port = port;
        server = Await.await(vertx.createNetServer().connectHandler(this::serve).listen(0, "127.0.0.1"));
    }

    private void serve(NetSocket socket) {
        var head = Buffer.buffer();
        socket.handler(part -> {
            head.appendBuffer(part);
            var request = CONNECT.matcher(head.toString());
            if (head.toString().endsWith("\r\n\r\n") && request.matches()) {
                targets.add(request.group(1));
                credentials.add(new String(Base64.getDecoder().decode(request.group(2)), StandardCharsets.UTF_8));
                socket.pause();
                vertx.createNetClient().connect(port, address).onSuccess(other -> {
                    socket.pipeTo(other);
                    other.pipeTo(socket);
                    socket.write("HTTP/1.1 200 OK\r\n\r\n");
                    socket.resume();
                });
            }
        });
    }

    int port() {
        return server.actualPort();
    }

    List<String> targets() {
        return targets;
    }

    List<String> credentials() {
        return credentials;
    }

    @Override
    public void close() {
        Await.await(server.close());
    }
}
