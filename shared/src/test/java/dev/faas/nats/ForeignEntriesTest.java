package dev.faas.nats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Secret;
import dev.faas.local.NatsServer;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** NATS answers to any subject that an asker names. With the gateway's login such an answer becomes an entry of another bucket. */
class ForeignEntriesTest {
    private static final Path NATS_CONF = Path.of(System.getProperty("basedir", "."), "../compose/nats.conf");
    private static final Map<String, String> PASSWORDS = Map.of(
            "FAAS_NATS_REGISTRY_PASSWORD", "pregistry",
            "FAAS_NATS_GATEWAY_PASSWORD", "pgateway",
            "FAAS_NATS_SPAWNER_PASSWORD", "pspawner",
            "FAAS_NATS_AUTH_PASSWORD", "pauth");
    private static final String USER = "usr_06b7gd98g07rk4q3v8x2m5n9tb";
    /** Answered by a status: 404. */
    private static final String MISSING = "$JS.API.DIRECT.GET.KV_GATEWAY.$KV.GATEWAY.missing";

    private static final String FETCH = "$JS.API.DIRECT.GET.KV_GATEWAY.$KV.GATEWAY.forged";

    /** Where the gateway, which watches here, may write. */
    private static final String STOLEN = "$KV.GATEWAY.stolen";

    enum Way {
        A_FETCHED_VALUE("\r\nFaas: 1\r\n\r\n", FETCH),
        A_FETCHED_DELETION_MARKER("\r\nKV-Operation: DEL\r\n\r\n", FETCH),
        /** A client stops at the empty line, and NATS adds what tells of the fetch after it. */
        A_VALUE_WITH_A_SECOND_HEADER_BLOCK("\r\n\r\nFaas: 1\r\n\r\n", FETCH),
        A_MARKER_WITH_A_SECOND_HEADER_BLOCK("\r\nKV-Operation: DEL\r\n\r\nFaas: 1\r\n\r\n", FETCH),
        /** The client takes the blank off, NATS does not. */
        A_VALUE_THAT_SAYS_IT_IS_FOR_THIS_STREAM(
                "\r\nNats-Expected-Stream : KV_FUNCTIONS\r\n\r\nFaas: 1\r\n\r\n", FETCH),
        /** To the client library, a message with a status is never one of a stream. */
        A_STATUS(null, MISSING),
        /** The client library would answer it, with the rights of the service that watches. */
        A_HEARTBEAT(" 100 Idle Heartbeat\r\nNats-Consumer-Stalled: " + STOLEN + "\r\n\r\n", FETCH),
        /** With these the client library ends its thread that reads. */
        AN_UNREADABLE_HEADER("\r\nFaas: \u00e9\r\n\r\n", FETCH),
        A_STATUS_WITHOUT_A_NUMBER(" abc\r\n\r\n", FETCH),
        AN_ANSWER_OF_THE_API(null, "$JS.API.INFO"),
        THE_CONFIRMATION_OF_A_WRITE(null, "$KV.GATEWAY.other");

        private final @Nullable String stored;
        private final String question;

        Way(@Nullable String stored, String question) {
            this.stored = stored;
            this.question = question;
        }
    }

    @TempDir
    Path directory;

    private final List<Kv.Change> seen = new CopyOnWriteArrayList<>();
    private NatsServer server;
    private Nats registry;
    private Nats gateway;
    private Kv functions;

    @BeforeEach
    void start() throws Exception {
        server = NatsServer.start(directory, NATS_CONF, PASSWORDS);
        registry = connect("registry");
        Topology.create(registry, TopologyConfig.LOCAL);
        gateway = connect("gateway");
        functions = registry.kv(Subjects.FUNCTIONS);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        registry.close();
        server.close();
    }

    private Nats connect(String user) throws Exception {
        var config = Records.with(NatsConfig.local(server.url()), "user", user, "password", new Secret("p" + user));
        return Nats.connect(config, user);
    }

    @ParameterizedTest
    @EnumSource
    void anEntryThatNoServiceWroteIsIgnored(Way way) throws Exception {
        long genuine = Await.await(functions.put("a.b", bytes("genuine")));
        try (var before = gateway.kv(Subjects.FUNCTIONS).watch(seen::add, () -> {})) {
            assertThat(before).isNotNull();
            Await.until("read", () -> seen.size() == 1);

            forge(way, "$KV.FUNCTIONS.a.b");
            Await.until(
                    "stored",
                    () -> Await.await(registry.stream("KV_FUNCTIONS").state()).lastSequence() > genuine);
            Await.await(functions.put("c.d", bytes("next")));

            Await.until(
                    "the watch goes on",
                    () -> seen.stream().anyMatch(change -> change.key().equals("c.d")));
            assertThat(seen).extracting(Kv.Change::key).containsExactly("a.b", "c.d");
        }
        var later = new CopyOnWriteArrayList<String>();
        try (var after = gateway.kv(Subjects.FUNCTIONS).watch(change -> later.add(change.key()), () -> {})) {
            assertThat(after).isNotNull();
            Await.until("read", () -> !later.isEmpty());
            assertThat(later).containsExactly("c.d");
        }
        assertThat(Await.await(functions.get("a.b"))).isEmpty();

        Await.await(gateway.flush());
        assertThat(Await.await(registry.stream("KV_GATEWAY").lastFromLeader(STOLEN)))
                .isEmpty();

        // A service that writes the key again sees that there is something to replace.
        var last = Await.await(functions.lastChange("a.b")).orElseThrow();
        assertThat(last).isInstanceOf(Kv.Change.Deleted.class);
        Await.await(functions.update("a.b", bytes("genuine"), last.revision()));
        assertThat(Await.await(functions.get("a.b"))).isPresent();
    }

    /** At the first one, and at lines longer than NATS takes from a client, the client library ends the connection. */
    @ParameterizedTest
    @MethodSource
    void aKeyThatTheClientLibraryCannotReadDoesNotStopAWatch(String key) throws Exception {
        try (var watch = gateway.kv(Subjects.FUNCTIONS).watch(seen::add, () -> {})) {
            assertThat(watch).isNotNull();
            forge(Way.A_STATUS, "$KV.FUNCTIONS." + key);
            Await.until(
                    "stored",
                    () -> Await.await(registry.stream("KV_FUNCTIONS").state()).lastSequence() > 0);
            Await.await(functions.put("a.b", bytes("genuine")));

            Await.until("the watch goes on", () -> seen.size() == 1);
            assertThat(seen).extracting(Kv.Change::key).containsExactly("a.b");
        }
    }

    static List<String> aKeyThatTheClientLibraryCannotReadDoesNotStopAWatch() {
        return List.of("a\rb", "x".repeat(4_020));
    }

    enum Sent {
        A_STATUS(MISSING, "%s", ""),
        AN_ANSWER("$JS.API.INFO", "%s", ""),
        /** Their sequences are far beyond those of the bucket. */
        ENTRIES_OF_ANOTHER_BUCKET("$JS.API.CONSUMER.CREATE.KV_SPAWNERS.foreign", "nobody", """
                {"stream_name":"KV_SPAWNERS","config":{"name":"foreign","deliver_subject":"%s",\
                "deliver_policy":"last","ack_policy":"none"}}""");

        private final String question;
        private final String replyTo;
        private final String body;

        Sent(String question, String replyTo, String body) {
            this.question = question;
            this.replyTo = replyTo;
            this.body = body;
        }
    }

    /** The inbox of a watch is secret from other services, but not from who has the password of the same one. */
    @ParameterizedTest
    @EnumSource
    void whatIsSentToTheInboxOfAWatchDoesNotStopIt(Sent sent) throws Exception {
        var spawners = registry.kv(Subjects.SPAWNERS);
        for (int i = 0; i < 20; i++) {
            Await.await(spawners.put("spn_1", bytes("heartbeat")));
        }
        try (var watch = gateway.kv(Subjects.FUNCTIONS).watch(seen::add, () -> {})) {
            assertThat(watch).isNotNull();
            var inbox = registry.connection().jetStreamManagement().getConsumers("KV_FUNCTIONS").stream()
                    .map(consumer -> consumer.getConsumerConfiguration().getDeliverSubject())
                    .findFirst()
                    .orElseThrow();
            var another = gateway.connection().createInbox();
            assertThat(inbox)
                    .as("nobody who knows another inbox can compute this one")
                    .doesNotStartWith(another.substring(0, another.length() - 10));
            var body = sent.body.formatted(inbox);

            send("PUB %s %s %d\r\n%s\r\n".formatted(sent.question, sent.replyTo.formatted(inbox), body.length(), body));
            Await.await(functions.put("a.b", bytes("first")));
            Await.await(functions.put("c.d", bytes("second")));

            Await.until("the watch goes on", () -> seen.size() == 2);
            assertThat(seen).extracting(Kv.Change::key).containsExactly("a.b", "c.d");
        }
    }

    /** It would take a place of the consumer's limit each time that it is delivered. */
    @Test
    void aStatusInAQueueIsRemoved() throws Exception {
        var function = "fn_06b7gd98g07rk4q3v8x2m5n9tb";
        var consumer = Subjects.consumer(function);
        var queue = registry.stream(Subjects.ACTIVATIONS);
        Await.await(queue.consumers().ensure(consumer, Subjects.functionQueue(USER, function), 1));
        send("PUB " + MISSING + " " + Subjects.command(USER, function, "06b7gd98g07rk4q3v8x2m5n9t1") + " 0\r\n\r\n");
        Await.until("stored", () -> Await.await(queue.state()).lastSequence() == 1);
        Await.await(queue.append(
                Subjects.command(USER, function, "06b7gd98g07rk4q3v8x2m5n9t2"), Map.of(), bytes("genuine")));

        try (var spawner = connect("spawner");
                var inbox = spawner.openPullInbox(Subjects.ACTIVATIONS, late -> {})) {
            var pulled = Await.await(inbox.pull(consumer, Duration.ofSeconds(5)));

            assertThat(pulled)
                    .isInstanceOfSatisfying(
                            PullResult.Message.class,
                            message -> assertThat(message.delivery().bytes()).isEqualTo(bytes("genuine")));
        }
    }

    @Test
    void aStatusAmongEventsIsRemoved() throws Exception {
        var events = registry.stream(Subjects.EVENTS);
        send("PUB " + MISSING + " " + Subjects.state("06b7gd98g07rk4q3v8x2m5n9tb") + " 0\r\n\r\n");
        Await.until("stored", () -> Await.await(events.state()).lastSequence() == 1);

        try (var reader = registry.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
            assertThat(reader.take(1, Duration.ofSeconds(1))).isEmpty();
            Await.until(
                    "it is not the last state of its activation",
                    () -> Await.await(events.state()).bytes() == 0);

            Await.until(
                    "nothing is unacknowledged",
                    () -> Await.await(events.consumers().state(Subjects.PROJECTOR))
                                    .orElseThrow()
                                    .unacked()
                            == 0);
        }
    }

    /** Byte by byte, since the client library sends no odd headers. */
    private void forge(Way way, String target) throws IOException {
        if (way.stored != null) {
            var headers = "NATS/1.0" + way.stored;
            send("HPUB $KV.GATEWAY.forged %d %d\r\n%sforged\r\n"
                    .formatted(bytes(headers).length, bytes(headers).length + 6, headers));
            // Or the fetch might find nothing yet.
            Await.until(
                    "to be fetched",
                    () -> Await.await(registry.stream("KV_GATEWAY").state()).lastSequence() > 0);
        }
        send("PUB " + way.question + " " + target + " 0\r\n\r\n");
    }

    private void send(String protocol) throws IOException {
        var address = URI.create(server.url());
        try (var socket = new Socket(address.getHost(), address.getPort())) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            socket.getOutputStream()
                    .write(bytes(
                            "CONNECT {\"user\":\"gateway\",\"pass\":\"pgateway\",\"verbose\":false,\"headers\":true}"
                                    + "\r\n" + protocol + "PING\r\n"));
            for (var line = in.readLine(); !"PONG".equals(line); line = in.readLine()) {
                assertThat(line).startsWith("INFO");
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
