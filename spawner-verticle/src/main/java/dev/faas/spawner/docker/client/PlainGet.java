package dev.faas.spawner.docker.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Asks the Docker daemon what docker-java has no call for. In HTTP/1.0, so that the end of the connection ends the answer. */
public final class PlainGet {
    public record Answer(int status, String body) {}

    private static final int MAX_BYTES = 1 << 20;

    private PlainGet() {}

    /** Blocks until the daemon has answered. An interrupt closes the connection. */
    public static Answer send(URI dockerHost, String path, Map<String, String> headers) throws IOException {
        var request = new StringBuilder("GET " + path + " HTTP/1.0\r\nHost: docker\r\n");
        headers.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        try (var channel = SocketChannel.open(Attachment.address(dockerHost))) {
            var bytes = ByteBuffer.wrap(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return parse(new String(Channels.newInputStream(channel).readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
        }
    }

    private static Answer parse(String text) throws IOException {
        var parts = text.split("\r\n\r\n", 2);
        var status = Arrays.asList(parts[0].split(" ", 3));
        if (parts.length < 2 || status.size() < 2 || !status.get(1).matches("\\d{3}")) {
            throw new EOFException("the Docker daemon closed the connection before it answered");
        }
        return new Answer(Integer.parseInt(status.get(1)), parts[1]);
    }
}
