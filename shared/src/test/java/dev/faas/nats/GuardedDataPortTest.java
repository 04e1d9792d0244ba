package dev.faas.nats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What NATS sends comes in pieces of any size. */
class GuardedDataPortTest {
    /** Less than the longest headers. */
    private static final int BUFFER = 1_000;

    private static final List<String> READABLE = List.of(
            "NATS/1.0\r\n\r\n",
            "NATS/1.0\r\nNats-Expected-Stream: KV_FUNCTIONS\r\nKV-Operation:DEL\r\nEmpty:\r\n\r\n",
            "NATS/1.0 404 No Messages\r\n\r\n",
            "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 3\r\n\r\n",
            "NATS/1.0\r\nLong: " + "x".repeat(BUFFER - 100) + "\r\n\r\n");

    private static final List<String> UNREADABLE = List.of(
            "x",
            "NATS/1.0",
            "NATS/1.0\r\n",
            "HTTP/1.1\r\n\r\n",
            "NATS/1.0 abc\r\n\r\n",
            "NATS/1.0  \r\n\r\n",
            "NATS/1.0\r\nX: \u00e9\r\n\r\n",
            "NATS/1.0\r\nX\r\n\r\n",
            "NATS/1.0\r\nX Y: 1\r\n\r\n",
            "NATS/1.0\r\nX: 1\n2\r\n\r\n",
            "NATS/1.0\r\nLong: " + "x".repeat(3 * BUFFER) + "\r\n\r\n");

    private final StringBuilder sent = new StringBuilder();
    private final StringBuilder expected = new StringBuilder();

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void onlyWhatTheClientLibraryCannotReadIsChanged(int seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < 20; i++) {
            addAny(random);
        }

        assertThat(read(sent.toString(), random)).isEqualTo(expected.toString());
    }

    private void addAny(Random random) {
        var payload = payload(random);
        var reply = random.nextBoolean() ? " $JS.ACK.a.b.1.2.3.4.5" : "";
        switch (random.nextInt(6)) {
            case 0 ->
                addBoth(List.of("PING\r\n", "PONG\r\n", "+OK\r\n", "-ERR 'Stale Connection'\r\n", "INFO {}\r\n")
                        .get(random.nextInt(5)));
            case 1 -> addBoth("MSG events.a 12" + reply + " " + payload.length() + "\r\n" + payload + "\r\n");
            case 2 -> {
                sent.append("MSG events.\ra\rb\r 12 c\rd 2\r\n\r\n\r\n");
                expected.append("MSG events._a_b_ 12 c_d 2\r\n\r\n\r\n");
            }
            case 3 -> {
                var headers = READABLE.get(random.nextInt(READABLE.size()));
                addBoth(withHeaders(reply, headers, payload));
            }
            default -> {
                var headers = UNREADABLE.get(random.nextInt(UNREADABLE.size()));
                var all = headers + payload;
                sent.append(withHeaders(reply, headers, payload));
                expected.append("MSG events.a 3" + reply + " " + all.length() + "\r\n" + all + "\r\n");
            }
        }
    }

    private void addBoth(String text) {
        sent.append(text);
        expected.append(text);
    }

    private static String withHeaders(String reply, String headers, String payload) {
        return "HMSG events.a 3" + reply + " " + headers.length() + " " + (headers.length() + payload.length()) + "\r\n"
                + headers + payload + "\r\n";
    }

    /** Some have what looks like a message. */
    private static String payload(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "\r\nHMSG events.b 4 1 2\r\nab\r\n";
            case 2 -> "\r".repeat(random.nextInt(5)) + "\n";
            default -> "p".repeat(random.nextInt(3 * BUFFER));
        };
    }

    private static String read(String sent, Random random) throws IOException {
        var port = new PortWith(new InPieces(sent.getBytes(ISO_8859_1), random));
        var buffer = new byte[BUFFER];
        var result = new ByteArrayOutputStream();
        for (int read = port.read(buffer, 0, BUFFER); read >= 0; read = port.read(buffer, 0, BUFFER)) {
            assertThat(read).isPositive();
            result.write(buffer, 0, read);
        }
        return result.toString(ISO_8859_1);
    }

    private static final class PortWith extends GuardedDataPort {
        PortWith(InputStream in) {
            this.in = in;
        }
    }

    private static final class InPieces extends ByteArrayInputStream {
        private final Random random;

        InPieces(byte[] all, Random random) {
            super(all);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] buffer, int from, int length) {
            int most = random.nextBoolean() ? 5 : length;
            return super.read(buffer, from, 1 + random.nextInt(Math.min(most, length)));
        }
    }
}
