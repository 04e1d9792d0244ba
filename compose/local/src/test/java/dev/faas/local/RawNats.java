package dev.faas.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Speaks the part of the NATS client protocol that these tests need; this module has no client library. */
final class RawNats implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;
    private int requests;

    /** Connects; {@code credentials} are fields of CONNECT, such as {@code "user":"a","pass":"b"}, or nothing. */
    RawNats(int port, String credentials) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var more = credentials.isEmpty() ? "" : "," + credentials;
        send("CONNECT {\"verbose\":false,\"pedantic\":false" + more + "}\r\nPING\r\n");
        expect("PONG");
    }

    /** Sends a request; the payload of its reply. */
    String request(String subject, String payload) throws IOException {
        return request("_INBOX", subject, payload);
    }

    String request(String inboxPrefix, String subject, String payload) throws IOException {
        var inbox = inboxPrefix + ".t" + ++requests;
        var bytes = payload.getBytes(StandardCharsets.UTF_8).length;
        send("SUB " + inbox + " " + requests + "\r\nPUB " + subject + " " + inbox + " " + bytes + "\r\n" + payload
                + "\r\n");
        // "MSG SUBJECT SID …": a pulled message comes to the inbox under its own subject.
        if (expect("H?MSG \\S+ " + requests + " .*").startsWith("H")) {
            while (!in.readLine().isEmpty()) {
                // Skips the headers.
            }
        }
        return in.readLine();
    }

    /** Receives what is sent to the subject from now on. */
    void subscribe(String subject) throws IOException {
        send("SUB " + subject + " " + ++requests + "\r\nPING\r\n");
        expect("PONG");
    }

    void publish(String subject, String payload) throws IOException {
        send("PUB " + subject + " " + payload.length() + "\r\n" + payload + "\r\nPING\r\n");
        expect("PONG");
    }

    /** The payload of the next message. */
    String receive() throws IOException {
        expect("MSG .*");
        return in.readLine();
    }

    /** Answers the next request that it receives. */
    void answer(String payload) throws IOException {
        var inbox = expect("MSG \\S+ \\S+ \\S+ \\d+").split(" ")[3];
        send("PUB " + inbox + " " + payload.length() + "\r\n" + payload + "\r\nPING\r\n");
        expect("PONG");
    }

    /** Waits for a matching line; throws on an error of the server. */
    private String expect(String pattern) throws IOException {
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            if (line.matches(pattern)) {
                return line;
            }
            if (line.startsWith("-ERR")) {
                throw new IOException(line);
            }
            if (line.equals("PING")) {
                send("PONG\r\n");
            }
        }
        throw new IOException("connection closed while waiting for " + pattern);
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
