package dev.faas.system.outage;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs a name server that resolves every name of its zone to this machine, and wraps a command so that the process uses only
 * this server. Needs root, for port 53 and to replace resolv.conf in a mount namespace.
 */
final class NameServer implements AutoCloseable {
    private static final String ZONE = "faas.test";
    private static final int PORT = 53;
    private static final int HEADER = 12;
    private static final int TYPE_A = 1;
    private static final int NAME_ERROR = 3;
    private static final int LONGEST = 512;
    private static final int ADDRESSES = 250;

    private final DatagramSocket socket;
    private final Path config;
    private volatile boolean silent;

    NameServer(Path directory) throws IOException {
        var last = 1 + ThreadLocalRandom.current().nextInt(ADDRESSES);
        var address = InetAddress.getByAddress(new byte[] {127, 53, 0, (byte) last});
        socket = new DatagramSocket(new InetSocketAddress(address, PORT));
        config = Files.writeString(directory.resolve("resolv.conf"), "nameserver " + address.getHostAddress() + "\n");
        Thread.ofVirtual().name("name-server").start(this::serve);
    }

    /** A name that resolves to this machine. */
    String name(String service) {
        return service + "." + ZONE;
    }

    /** The wrapper of a command, which it executes. */
    List<String> wrapper() {
        var inside = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";
        return List.of("unshare", "--mount", "sh", "-c", inside, config.toString());
    }

    /** Drops all queries from now on. */
    void fallSilent() {
        silent = true;
    }

    void answerAgain() {
        silent = false;
    }

    private void serve() {
        var question = new DatagramPacket(new byte[LONGEST], LONGEST);
        try {
            while (true) {
                socket.receive(question);
                if (!silent && question.getLength() > HEADER) {
                    var answer = answer(Arrays.copyOf(question.getData(), question.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    /** RFC 1035: repeats the question; for an IPv4 address adds one answer with a pointer to the name. */
    private static byte[] answer(byte[] asked) {
        var name = new StringBuilder();
        int at = HEADER;
        while (asked[at] != 0) {
            name.append(new String(asked, at + 1, asked[at], StandardCharsets.US_ASCII))
                    .append('.');
            at += 1 + asked[at];
        }
        int end = at + 5; // the closing zero, type and class
        boolean known = name.toString().toLowerCase(Locale.ROOT).endsWith("." + ZONE + ".");
        boolean answered = known && asked[at + 2] == TYPE_A;
        byte[] record = {(byte) 0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1};
        var answer = Arrays.copyOf(asked, end + (answered ? record.length : 0));
        answer[2] = (byte) 0x84; // a response, authoritative
        answer[3] = (byte) (known ? 0 : NAME_ERROR);
        Arrays.fill(answer, 6, HEADER, (byte) 0);
        if (answered) {
            answer[7] = 1;
            System.arraycopy(record, 0, answer, end, record.length);
        }
        return answer;
    }

    @Override
    public void close() {
        socket.close();
    }
}
