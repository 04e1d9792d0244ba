package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.local.NatsServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One message of the live subscription is lost between NATS and a feed. */
class LossyFeedTest {
    @TempDir
    static Path directory;

    private static NatsServer server;
    private static LossyRelay relay;
    private static Nats writer;
    private static Nats reader;
    private static ActivationEvents events;

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        relay = new LossyRelay(server.port());
        writer = Nats.connect(NatsConfig.local(server.url()), "writer");
        reader = Nats.connect(NatsConfig.local(relay.url()), "reader");
        Topology.create(writer, TopologyConfig.LOCAL);
        events = new ActivationEvents(writer);
    }

    @AfterAll
    static void stop() throws Exception {
        reader.close();
        writer.close();
        relay.close();
        server.close();
    }

    /**
     * The activation is handed back once, and its first run goes on writing. What it writes then is reported only if the message
     * that ends this run is lost.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void whicheverMessageIsLostTheReaderGetsAllEventsOnceAndInOrder(int lost) throws Exception {
        var accepted = Samples.fresh();
        long sequence = stored(accepted, 0);
        var collector = new EventCollector(new ActivationEvents(reader));
        var feed = collector.follow(accepted.id(), 0);
        Await.eventually(() -> collector.count() == 1);

        relay.loseLive(lost);
        var first = accepted.claim(Samples.WORKER, "run-1", Samples.NOW);
        sequence = stored(first, sequence);
        output(first, "one");
        output(first, "two");
        var handedBack = (ActivationRecord.Queued) first.loseSpawner(Samples.NOW);
        sequence = stored(handedBack, sequence);
        output(first, "late");
        var second = handedBack.claim(Samples.WORKER, "run-2", Samples.NOW);
        sequence = stored(second, sequence);
        output(second, "three");
        output(first, "later still");
        long last = output(second, "four");
        stored(second.finish(Samples.succeeded(last), Duration.ZERO), sequence);
        Await.eventually(relay::hasLost);
        collector.execute(feed::check);

        assertThat(collector.awaitEnd())
                .filteredOn(text -> !text.equals("late"))
                .containsExactly("queued", "running", "one", "two", "queued", "running", "three", "four", "succeeded");
        assertThat(collector.sequences()).doesNotHaveDuplicates();
    }

    private static long stored(ActivationRecord record, long expected) {
        return ((AppendResult.Stored) Await.await(events.append(record, expected)))
                .snapshot()
                .sequence();
    }

    private static long output(ActivationRecord.Running run, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return Await.await(events.appendOutput(
                run.id(), new OutputChunk(run.runId(), OutputChunk.Source.STDOUT, 0, Samples.NOW, bytes)));
    }

    /** Relays one connection to NATS, and drops one of the messages on {@code live.>}. */
    private static final class LossyRelay implements AutoCloseable {
        private final int target;
        private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        private final AtomicInteger untilLoss = new AtomicInteger(-1);

        LossyRelay(int target) throws IOException {
            this.target = target;
            Thread.ofVirtual().start(this::accept);
        }

        String url() {
            return "nats://127.0.0.1:" + listening.getLocalPort();
        }

        /** @param index of the next live messages, from 0 */
        void loseLive(int index) {
            untilLoss.set(index);
        }

        boolean hasLost() {
            return untilLoss.get() < 0;
        }

        private void accept() {
            try (var client = listening.accept();
                    var nats = new Socket(InetAddress.getLoopbackAddress(), target)) {
                var toNats = CompletableFuture.runAsync(() -> copy(client, nats));
                copyMessages(
                        new DataInputStream(new BufferedInputStream(nats.getInputStream())),
                        new BufferedOutputStream(client.getOutputStream()));
                toNats.join();
            } catch (IOException closed) {
                // The test has ended.
            }
        }

        private static void copy(Socket from, Socket to) {
            try {
                from.getInputStream().transferTo(to.getOutputStream());
                to.shutdownOutput();
            } catch (IOException closed) {
                // The test has ended.
            }
        }

        /** Each is a line, and for a message so many bytes as the line's last number says, and a line break. */
        private void copyMessages(DataInputStream from, OutputStream to) throws IOException {
            while (true) {
                var line = line(from);
                var words = line.split(" ");
                boolean isMessage = words[0].equals("MSG") || words[0].equals("HMSG");
                var body = new byte[isMessage ? Integer.parseInt(words[words.length - 1]) + 2 : 0];
                from.readFully(body);
                if (isMessage && words[1].startsWith("live.") && untilLoss.getAndDecrement() == 0) {
                    continue;
                }
                to.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                to.write(body);
                to.flush();
            }
        }

        private static String line(InputStream from) throws IOException {
            var line = new StringBuilder();
            for (int next = from.read(); next != '\n'; next = from.read()) {
                if (next < 0) {
                    throw new EOFException();
                }
                line.append((char) next);
            }
            return line.toString().stripTrailing();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }
}
