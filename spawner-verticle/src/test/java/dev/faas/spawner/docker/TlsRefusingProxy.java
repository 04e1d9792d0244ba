package dev.faas.spawner.docker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Forwards connections to a server, but closes those that begin with TLS: Docker tries TLS first at any registry, and
 * the JDK's server would let it wait for ten seconds.
 */
final class TlsRefusingProxy implements AutoCloseable {
    private static final int TLS_HANDSHAKE = 0x16;

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final InetSocketAddress behind;

    TlsRefusingProxy(InetSocketAddress behind) throws IOException {
        this.behind = behind;
        Thread.ofVirtual().name("door").start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var client = door.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> pass(client));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void pass(Socket client) {
        try (client;
                var server = new Socket()) {
            int first = client.getInputStream().read();
            if (first < 0 || first == TLS_HANDSHAKE) {
                return;
            }
            server.connect(behind);
            open.add(server);
            server.getOutputStream().write(first);
            var back = Thread.ofVirtual().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException e) {
            return; // one end has closed, so both are closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            return;
        } finally {
            open.remove(from);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
