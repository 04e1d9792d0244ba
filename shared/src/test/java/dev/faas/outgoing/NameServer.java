package dev.faas.outgoing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

/** A name server on loopback (RFC 1035), for IPv4 addresses that may change with every question. Its answers are for one use. */
final class NameServer implements AutoCloseable {
    private static final int HEADER_BYTES = 12;
    private static final int TYPE_A = 1;
    private static final int OK = 0x8180;
    private static final int NO_SUCH_NAME = 0x8183;

    private final DatagramSocket socket;
    private final Map<String, IntFunction<List<String>>> answers = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

    NameServer() {
        try {
            socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("name-server").start(this::serve);
    }

    /** As a setting of Vert.x. */
    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    NameServer answer(String name, String... addresses) {
        return answerEach(name, question -> List.of(addresses));
    }

    /** @param answer to the nth question, from 0 */
    NameServer answerEach(String name, IntFunction<List<String>> answer) {
        answers.put(name, answer);
        return this;
    }

    /** No answer ever comes. */
    NameServer ignore(String name) {
        return answerEach(name, question -> null);
    }

    /** How often the IPv4 addresses of a name were asked for. */
    long questions(String name) {
        return asked.stream().filter(name::equals).count();
    }

    private void serve() {
        var buffer = new byte[1500];
        while (!socket.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                var reply = reply(ByteBuffer.wrap(buffer, 0, packet.getLength()));
                if (reply != null) {
                    socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] reply(ByteBuffer query) throws IOException {
        int id = query.getShort(0);
        query.position(HEADER_BYTES);
        var name = name(query);
        int type = query.getShort();
        query.getShort();
        var question = new byte[query.position() - HEADER_BYTES];
        query.get(HEADER_BYTES, question);
        var known = answers.get(name);
        List<String> found = List.of();
        if (type == TYPE_A) {
            int number = (int) questions(name);
            asked.add(name);
            found = known == null ? List.of() : known.apply(number);
        }
        return found == null ? null : reply(id, known == null ? NO_SUCH_NAME : OK, question, found);
    }

    private static byte[] reply(int id, int flags, byte[] question, List<String> addresses) throws IOException {
        var reply = new ByteArrayOutputStream();
        reply.write(shorts(id, flags, 1, addresses.size(), 0, 0));
        reply.write(question);
        for (var address : addresses) {
            // The name of the question; type A, class IN, time to live 0, 4 bytes.
            reply.write(shorts(0xc000 | HEADER_BYTES, TYPE_A, 1, 0, 0, 4));
            reply.write(InetAddress.ofLiteral(address).getAddress());
        }
        return reply.toByteArray();
    }

    private static byte[] shorts(int... values) {
        var bytes = ByteBuffer.allocate(values.length * Short.BYTES);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }

    private static String name(ByteBuffer query) {
        var name = new StringBuilder();
        for (int length = query.get(); length > 0; length = query.get()) {
            var label = new byte[length];
            query.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        return name.toString();
    }

    @Override
    public void close() {
        socket.close();
    }
}
