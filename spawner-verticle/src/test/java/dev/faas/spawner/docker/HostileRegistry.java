package dev.faas.spawner.docker;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers every request on a loopback port with one status, and with markers wherever a server can put text: what an
 * image's name can make Docker talk to. Counts connections.
 */
final class HostileRegistry implements AutoCloseable {
    static final String MARKER = "MARKER";

    private static final int TLS_HANDSHAKE = 0x16;

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger connections = new AtomicInteger();
    private final int status;
    private final String body;

    /** @param body of each answer; an escape sequence comes from JSON's escapes */
    HostileRegistry(int status, String body) throws IOException {
        this.status = status;
        this.body = body;
        Thread.ofVirtual().name("hostile registry").start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                var client = door.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> answer(client));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void answer(Socket client) {
        try (client) {
            var in = client.getInputStream();
            int first = in.read();
            if (first < 0 || first == TLS_HANDSHAKE) {
                return; // Docker tries TLS first
            }
            var head = (char) first + readHead(in);
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            var here = "http://127.0.0.1:" + port() + "/" + MARKER;
            var answer = "HTTP/1.1 " + status + " " + MARKER + "\r\n"
                    + "Docker-Distribution-Api-Version: registry/2.0\r\n"
                    + "WWW-Authenticate: Bearer realm=\"" + here + "\",service=\"" + MARKER + "\"\r\n"
                    + "WWW-Authenticate: Basic realm=\"" + MARKER + "\"\r\n"
                    + "Location: " + here + "\r\nWarning: 299 - \"" + MARKER + "\"\r\n"
                    + "Content-Type: application/json\r\nConnection: close\r\n"
                    + "Content-Length: " + bytes.length + "\r\n\r\n";
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            if (!head.startsWith("HEAD")) {
                client.getOutputStream().write(bytes);
            }
        } catch (IOException e) {
            return; // Docker has closed the connection
        }
    }

    private static String readHead(InputStream in) throws IOException {
        var head = new StringBuilder();
        int next = in.read();
        while (next >= 0) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                break;
            }
            next = in.read();
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
