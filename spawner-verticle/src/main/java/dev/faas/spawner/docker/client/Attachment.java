package dev.faas.spawner.docker.client;

import com.github.dockerjava.api.exception.DockerException;
import dev.faas.spawner.engine.OutputSink.Stream;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes the standard streams of one container, over one connection that the daemon hands over (HTTP/1.1
 * upgrade).
 *
 * <p>docker-java's attach holds a platform thread and a pooled connection each, and cannot end the input. This channel
 * is for virtual threads: one that waits holds no platform thread.
 *
 * <pre>
 *   POST /containers/X/attach ─▶
 *                             ◀─ 101 UPGRADED
 *   stdin, raw                ─▶
 *                             ◀─ stdout and stderr in frames: u8 1 or 2, 3 × 0, u32 length (big endian), bytes
 * </pre>
 */
public final class Attachment implements AutoCloseable {

    /** Receives what the container writes. The array is reused after the call. */
    public interface Reader {
        void read(Stream stream, byte[] bytes, int length);
    }

    private static final Logger log = LoggerFactory.getLogger(Attachment.class);
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int BUFFER = 16 * 1024;
    private static final int FRAME_HEAD = 8;
    private static final int STDERR = 2;
    private static final int DEFAULT_PORT = 2375;

    private final SocketChannel channel;
    private final InputStream in;
    private final ReentrantLock writeLock = new ReentrantLock();

    private Attachment(SocketChannel channel) {
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    }

    /**
     * Blocks until the daemon has answered. An interrupt closes the connection.
     *
     * @param apiVersion as in the path of a request, e.g. {@code v1.45}
     * @throws DockerException if the daemon answered with an error
     */
    static Attachment open(URI dockerHost, String apiVersion, String container) throws IOException {
        var attachment = new Attachment(SocketChannel.open(address(dockerHost)));
        try {
            attachment.upgrade("POST /" + apiVersion + "/containers/" + container
                    + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                    + "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n");
            return attachment;
        } catch (IOException | RuntimeException e) {
            attachment.close();
            throw e;
        }
    }

    static SocketAddress address(URI host) {
        if (host.getScheme().equals("unix")) {
            return UnixDomainSocketAddress.of(host.getPath());
        }
        return new InetSocketAddress(host.getHost(), host.getPort() < 0 ? DEFAULT_PORT : host.getPort());
    }

    private void upgrade(String request) throws IOException {
        write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        var head = readHead();
        var status = head.split(" ", 3);
        int code = status.length > 1 && status[1].matches("\\d{3}") ? Integer.parseInt(status[1]) : 0;
        if (code != 101 && code != 200) { // 200: old daemons hand over without an upgrade
            var body = new String(in.readNBytes(contentLength(head)), StandardCharsets.UTF_8);
            throw new DockerException(body, code);
        }
    }

    private String readHead() throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 || head.length() > MAX_HEAD_BYTES) {
                throw new EOFException("the Docker daemon closed the connection before it answered attach");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static int contentLength(String head) {
        return head.lines()
                .map(line -> line.split(":", 2))
                .filter(field -> field[0].equalsIgnoreCase("Content-Length"))
                .map(field -> Math.min(MAX_HEAD_BYTES, Integer.parseInt(field[1].strip())))
                .findFirst()
                .orElse(0);
    }

    /**
     * Passes all output to the reader, on this thread, until the container ends, the daemon ends, or {@link #close} is
     * called. Must run as long as the container does: an attach that is not read blocks the daemon's control of the
     * container for minutes.
     */
    public void readAll(Reader reader) throws IOException {
        var bytes = new byte[BUFFER];
        while (in.readNBytes(bytes, 0, FRAME_HEAD) == FRAME_HEAD) {
            var stream = bytes[0] == STDERR ? Stream.STDERR : Stream.STDOUT;
            long left = Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt(4));
            while (left > 0) {
                int read = in.read(bytes, 0, (int) Math.min(left, bytes.length));
                if (read < 0) {
                    throw new EOFException("the output stream ended within a frame");
                }
                reader.read(stream, bytes, read);
                left -= read;
            }
        }
    }

    /** Blocks until all bytes are handed to the connection. Writes of several threads are not mixed. */
    public void write(ByteBuffer bytes) throws IOException {
        writeLock.lock();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } finally {
            writeLock.unlock();
        }
    }

    /** Returns at once. It also ends the stdin of a container that was created with {@code StdinOnce}. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("connection of an attach failed to close", e);
        }
    }
}
