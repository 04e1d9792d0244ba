package dev.faas.bench.budget;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Subscribes to all subjects of a NATS server without users, and counts the messages. */
final class BusTap implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final BusMessages messages = new BusMessages();
    private volatile @Nullable IOException failure;

    BusTap(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        send("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB > 1\r\nPING\r\n");
        while (!handle(readLine())) {
            // until the server has answered the PING
        }
        Thread.ofVirtual().name("bus-tap").start(this::readUntilClosed);
    }

    private void readUntilClosed() {
        try {
            while (true) {
                handle(readLine());
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    /** Whether the line is the answer to our PING. */
    private boolean handle(String line) throws IOException {
        var words = line.split(" ");
        switch (words[0]) {
            case "MSG" -> {
                // MSG SUBJECT SID [REPLY] BYTES: without headers, because CONNECT did not ask for them.
                in.skipNBytes(Integer.parseInt(words[words.length - 1]) + 2L);
                messages.add(words[1], words.length == 5 ? words[3] : "");
            }
            case "PING" -> send("PONG\r\n");
            case "-ERR" -> throw new IOException("NATS does not show its messages: " + line);
            default -> {}
        }
        return line.equals("PONG");
    }

    private String readLine() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("NATS has closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** What came so far. */
    BusMessages.Counts counts() throws IOException {
        var failed = failure;
        if (failed != null) {
            throw failed;
        }
        return messages.counts();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
