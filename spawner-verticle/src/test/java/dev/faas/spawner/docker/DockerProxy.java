package dev.faas.spawner.docker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between an engine and the local Docker daemon, so that a test can take the daemon away. */
final class DockerProxy implements AutoCloseable {

    private final UnixDomainSocketAddress docker;
    private final UnixDomainSocketAddress address;
    private final ServerSocketChannel server;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    DockerProxy(URI dockerHost, Path directory) throws IOException {
        docker = UnixDomainSocketAddress.of(dockerHost.getPath());
        address = UnixDomainSocketAddress.of(directory.resolve("docker.sock"));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        Thread.ofVirtual().start(this::accept);
    }

    URI host() {
        return URI.create("unix://" + address.getPath());
    }

    @Override
    public void close() throws IOException {
        cut();
    }

    /** As a daemon that is killed: every connection ends, no new one is taken. */
    void cut() throws IOException {
        server.close();
        for (var channel : open) {
            channel.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                var client = server.accept();
                var daemon = SocketChannel.open(docker);
                open.add(client);
                open.add(daemon);
                Thread.ofVirtual().start(() -> copy(client, daemon));
                Thread.ofVirtual().start(() -> copy(daemon, client));
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(16 * 1024);
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException e) {
            return; // either end is gone, and with it both
        }
    }
}
