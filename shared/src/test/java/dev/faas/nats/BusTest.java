package dev.faas.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.NatsServer;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.wire.Subjects;
import io.nats.client.api.StreamConfiguration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BusTest {
    private static final String USER = "usr_06b7gd98g07rk4q3v8x2m5n9tb";

    @TempDir
    static Path directory;

    private static NatsServer server;
    private static Nats nats;
    private static Stream events;

    @BeforeAll
    static void start() throws Exception {
        server = NatsServer.start(directory);
        nats = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(nats, TopologyConfig.LOCAL);
        events = nats.stream(Subjects.EVENTS);
    }

    @AfterAll
    static void stop() throws Exception {
        nats.close();
        server.close();
    }

    @Test
    void givenASubscriptionThatIsClosed_whenClosedAgain_thenThatIsFine() {
        var subscription = nats.subscribe("closed.twice", message -> {});
        subscription.close();

        assertThatCode(subscription::close).doesNotThrowAnyException();
    }

    /** Who may see a question must not be able to compute where the answers to other requests go. */
    @Test
    void aQuestionHasAnInboxOfItsOwn() throws Exception {
        var inboxes = new LinkedBlockingQueue<String>();
        var dispatcher = nats.connection().createDispatcher(question -> {
            inboxes.add(question.getReplyTo());
            nats.publish(question.getReplyTo(), question.getData());
        });
        for (var subject : List.of("questions.own", "$SRV.any")) {
            dispatcher.subscribe(subject);
        }

        get(nats.requestRead("$SRV.any", bytes("x")));
        assertThat(get(nats.ask("questions.own", bytes("one")))).isEqualTo(bytes("one"));
        assertThat(get(nats.ask("questions.own", bytes("two")))).isEqualTo(bytes("two"));

        var shared = inboxes.remove().replaceFirst("[^.]*$", "");
        assertThat(shared).startsWith("_INBOX_any.").hasSizeGreaterThan(20);
        assertThat(inboxes)
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allSatisfy(inbox ->
                        assertThat(inbox).matches("_INBOX_any\\.[0-9a-f]{32}").doesNotStartWith(shared));
        nats.connection().closeDispatcher(dispatcher);
        assertThatThrownBy(() -> get(nats.ask("questions.own", bytes("three"))))
                .isInstanceOf(BusException.BusUnavailable.class);
    }

    @Test
    void theTopologyMayBeMadeAgain() throws Exception {
        Topology.create(nats, TopologyConfig.LOCAL);
        Topology.await(nats, Duration.ofSeconds(1));
    }

    @Test
    void aBucketThatAnEarlierVersionHasMadeGetsTheAgeOfThisOne() throws Exception {
        var management = nats.connection().jetStreamManagement();
        var stream = "KV_" + Subjects.SPAWNERS;
        var made = management.getStreamInfo(stream).getConfiguration();
        assertThat(made.getMaxAge()).isEqualTo(Duration.ofHours(24));
        management.updateStream(
                StreamConfiguration.builder(made).maxAge(Duration.ZERO).build());

        Topology.create(nats, TopologyConfig.LOCAL);

        assertThat(management.getStreamInfo(stream).getConfiguration().getMaxAge())
                .isEqualTo(Duration.ofHours(24));
        assertThat(management
                        .getStreamInfo("KV_" + Subjects.FUNCTIONS)
                        .getConfiguration()
                        .getMaxAge())
                .isZero();
    }

    @Test
    void aCompareAndSetIsRefusedWhenAnotherWriteCameFirst() throws Exception {
        var subject = "events." + id(1) + ".state";
        long first = get(events.appendIfLast(subject, bytes("a"), 0));

        assertThat(get(events.appendIfLast(subject, bytes("b"), first))).isGreaterThan(first);
        assertThatThrownBy(() -> get(events.appendIfLast(subject, bytes("c"), first)))
                .isInstanceOf(BusException.CompareAndSetRefused.class);
        assertThatThrownBy(() -> get(events.appendIfLast(subject, bytes("c"), 0)))
                .isInstanceOf(BusException.CompareAndSetRefused.class);
    }

    @Test
    void ofManyWritersWithTheSameExpectationExactlyOneWins() throws Exception {
        var subject = "events." + id(2) + ".state";
        long first = get(events.appendIfLast(subject, bytes("0"), 0));
        var writes = new ArrayList<CompletableFuture<Boolean>>();
        for (int i = 0; i < 200; i++) {
            writes.add(events.appendIfLast(subject, bytes("w" + i), first).handle((s, refused) -> refused == null));
        }

        int won = 0;
        for (var write : writes) {
            won += write.get(5, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(won).isEqualTo(1);
    }

    @Test
    void literalReadsFindTheLastAndTheNextMessageOfASubject() throws Exception {
        var subject = "events." + id(3) + ".log";
        long first = get(events.append(subject, Map.of("Faas-Run", "r1"), bytes("one")));
        long second = get(events.append(subject, Map.of("Faas-Run", "r2"), bytes("two")));

        assertThat(get(events.lastFromLeader(subject)).orElseThrow().sequence()).isEqualTo(second);
        assertThat(get(events.lastDirect(subject)).orElseThrow().headers()).containsEntry("Faas-Run", "r2");
        assertThat(get(events.nextDirect(subject, 1)).orElseThrow().bytes()).isEqualTo(bytes("one"));
        assertThat(get(events.nextFromLeader(subject, first + 1)).orElseThrow().headers())
                .containsEntry("Faas-Run", "r2");
        assertThat(get(events.nextDirect(subject, second + 1))).isEmpty();
        assertThat(get(events.lastFromLeader("events." + id(4) + ".log"))).isEmpty();
    }

    @Test
    void aDeletedMessageIsGoneAndTheOthersStay() throws Exception {
        var subject = "events." + id(5) + ".log";
        long first = get(events.append(subject, Map.of(), bytes("one")));
        long second = get(events.append(subject, Map.of(), bytes("two")));

        assertThat(get(events.delete(first))).isTrue();

        assertThat(get(events.nextDirect(subject, 1)).orElseThrow().sequence()).isEqualTo(second);
        assertThat(get(events.delete(first))).isFalse();
        assertThat(get(events.delete(second + 1_000_000))).isFalse();
    }

    @Test
    void aPurgedSubjectIsEmptyAndMayBePurgedAgain() throws Exception {
        var subject = "events." + id(9) + ".log";
        get(events.append(subject, Map.of(), bytes("one")));

        get(events.purge(subject));

        assertThat(get(events.nextFromLeader(subject, 1))).isEmpty();
        assertThatCode(() -> get(events.purge(subject))).doesNotThrowAnyException();
    }

    @Test
    void aRemovalThatIsRefusedIsAFailure() {
        var nowhere = nats.stream("NOWHERE");

        assertThatThrownBy(() -> get(nowhere.delete(1))).isInstanceOf(BusException.BusUnavailable.class);
        assertThatThrownBy(() -> get(nowhere.purge("events.none"))).isInstanceOf(BusException.BusUnavailable.class);
    }

    @Test
    void whatIsStoredReachesPlainSubscribersWithTheSequenceBeforeIt() throws Exception {
        var subject = "events." + id(6) + ".state";
        long first = get(events.appendIfLast(subject, bytes("a"), 0));
        var heard = new LinkedBlockingQueue<LiveMessage>();
        try (var _ = nats.subscribe("live." + id(6) + ".*", heard::add)) {
            get(nats.flush());

            long second = get(events.appendIfLast(subject, bytes("b"), first));

            var live = heard.poll(5, TimeUnit.SECONDS);
            assertThat(live).isNotNull();
            assertThat(live.sequence()).isEqualTo(second);
            assertThat(live.previous()).isEqualTo(first);
            assertThat(live.message().subject()).isEqualTo(subject);
        }
    }

    @Test
    void aQueuedCommandSendsAWorkNotification() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        try (var _ = nats.subscribe(
                Subjects.ALL_WORK_NOTIFICATIONS,
                live -> heard.add(live.message().subject()))) {
            get(nats.flush());
            get(nats.stream(Subjects.ACTIVATIONS)
                    .appendIfLast(Subjects.command(USER, function(1), id(7)), bytes("x"), 0));

            // A republished message names the stored subject in its headers.
            var key = Subjects.queueKey(heard.poll(5, TimeUnit.SECONDS)).orElseThrow();
            assertThat(key).isEqualTo(new Subjects.QueueKey(USER, function(1)));
        }
    }

    @Test
    void aPullAnswersAtOnceWhenThereIsWorkAndSaysNothingAtTheLimitWithoutLosingAny() throws Exception {
        var queue = nats.stream(Subjects.ACTIVATIONS);
        var late = new LinkedBlockingQueue<Delivery>();
        queue.consumers()
                .ensure("q_" + function(2), Subjects.functionQueue(USER, function(2)), 1)
                .get(5, TimeUnit.SECONDS);
        for (int i = 0; i < 2; i++) {
            get(queue.appendIfLast(Subjects.command(USER, function(2), id(20 + i)), bytes("x"), 0));
        }
        try (var pulls = nats.openPullInbox(Subjects.ACTIVATIONS, late::add)) {
            var first = get(pulls.pull("q_" + function(2), Duration.ofMillis(500)));
            var atTheLimit = get(pulls.pull("q_" + function(2), Duration.ofMillis(100)));

            assertThat(first).isInstanceOf(PullResult.Message.class);
            assertThat(atTheLimit).isInstanceOf(PullResult.Empty.class);
            assertThat(((PullResult.Message) first).delivery().pending()).isEqualTo(1);

            get(((PullResult.Message) first).delivery().ack());
            var second = get(pulls.pull("q_" + function(2), Duration.ofSeconds(1)));

            assertThat(second).isInstanceOf(PullResult.Message.class);
            assertThat(((PullResult.Message) second).delivery().deliveryCount()).isEqualTo(1);
            assertThat(((PullResult.Message) second).delivery().pending()).isZero();
            get(((PullResult.Message) second).delivery().ack());
            assertThat(late).isEmpty();
        }
    }

    @Test
    void aPullOfAFunctionWithoutAConsumerSaysSo() throws Exception {
        try (var pulls = nats.openPullInbox(Subjects.ACTIVATIONS, d -> {})) {
            assertThat(get(pulls.pull("q_" + function(3), Duration.ofMillis(500))))
                    .isInstanceOf(PullResult.NoConsumer.class);
        }
    }

    @Test
    void aHandedBackMessageComesAgain() throws Exception {
        var queue = nats.stream(Subjects.ACTIVATIONS);
        queue.consumers()
                .ensure("q_" + function(4), Subjects.functionQueue(USER, function(4)), 5)
                .get(5, TimeUnit.SECONDS);
        get(queue.appendIfLast(Subjects.command(USER, function(4), id(40)), bytes("x"), 0));
        try (var pulls = nats.openPullInbox(Subjects.ACTIVATIONS, d -> {})) {
            var first = (PullResult.Message) get(pulls.pull("q_" + function(4), Duration.ofMillis(500)));
            get(first.delivery().keepAlive());
            get(first.delivery().handBack(Duration.ZERO));

            var again = (PullResult.Message) get(pulls.pull("q_" + function(4), Duration.ofSeconds(2)));

            assertThat(again.delivery().deliveryCount()).isEqualTo(2);
            assertThat(get(queue.consumers().state("q_" + function(4)))
                            .orElseThrow()
                            .unacked())
                    .isEqualTo(1);
        }
    }

    /** NATS sends the first 2 MiB, and then only so much more as the watch says that it has taken. */
    @Test
    void aBucketOfManyMebibytesIsReadToItsEnd() throws Exception {
        var bucket = nats.kv(Subjects.FUNCTIONS);
        for (int i = 0; i < 50; i++) {
            get(bucket.put("large." + i, new byte[100_000]));
        }
        var keys = Collections.synchronizedList(new ArrayList<String>());
        var loaded = new CountDownLatch(1);

        try (var _ = bucket.watch(change -> keys.add(change.key()), loaded::countDown)) {
            assertThat(loaded.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(keys.stream().filter(key -> key.startsWith("large."))).hasSize(50);
        }
    }

    @Test
    void aWatchGoesOnAfterAnEntryThatItsHandlerFailsAt() throws Exception {
        var bucket = nats.kv(Subjects.SECRETS);
        get(bucket.put("fails", bytes("1")));
        var keys = Collections.synchronizedList(new ArrayList<String>());
        var loaded = new CountDownLatch(1);
        Consumer<Kv.Change> handler = change -> {
            keys.add(change.key());
            if (change.key().equals("fails")) {
                throw new IllegalStateException("on purpose");
            }
        };

        try (var _ = bucket.watch(handler, loaded::countDown)) {
            assertThat(loaded.await(5, TimeUnit.SECONDS)).isTrue();
            get(bucket.put("works", bytes("2")));
            await(() -> keys.size() == 2);
            assertThat(keys).containsExactly("fails", "works");
        }
    }

    @Test
    void keysAreMadeOnceChangedByRevisionAndWatched() throws Exception {
        var bucket = nats.kv(Subjects.KEYS);
        var changes = Collections.synchronizedList(new ArrayList<Kv.Change>());
        var loaded = new CountDownLatch(1);
        long one = get(bucket.create("k1", bytes("1")));
        try (var _ = bucket.watch(changes::add, loaded::countDown)) {
            assertThat(loaded.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(changes).extracting(Kv.Change::key).containsExactly("k1");

            assertThatThrownBy(() -> get(bucket.create("k1", bytes("2"))))
                    .isInstanceOf(BusException.CompareAndSetRefused.class);
            long two = get(bucket.update("k1", bytes("2"), one));
            assertThat(get(bucket.get("k1")).orElseThrow().revision()).isEqualTo(two);
            get(bucket.delete("k1"));
            assertThat(get(bucket.get("k1"))).isEmpty();
            get(bucket.create("k1", bytes("3")));

            await(() -> changes.size() == 4);
            assertThat(changes.get(2)).isInstanceOf(Kv.Change.Deleted.class);
            assertThat(((Kv.Change.Put) changes.get(3)).value().bytes()).isEqualTo(bytes("3"));
        }
    }

    @Test
    void largeValuesComeBackToTheByte() throws Exception {
        var bucket = nats.objectBucket(Subjects.OUTPUTS);
        var value = new byte[3 << 20];
        new Random(7).nextBytes(value);

        bucket.put("a.stdout", new ByteArrayInputStream(value));
        // Pieces of another object, after it in the stream.
        bucket.put("b.stdout", new ByteArrayInputStream(value));

        assertThat(bucket.get("a.stdout"))
                .hasValueSatisfying(read -> assertThat(read).isEqualTo(value));
        var opened = get(bucket.open("a.stdout")).orElseThrow();
        assertThat(opened.size()).isEqualTo(value.length);
        var read = new ByteArrayOutputStream();
        for (var piece = get(opened.next()); piece.isPresent(); piece = get(opened.next())) {
            read.writeBytes(piece.get());
        }
        assertThat(read.toByteArray()).isEqualTo(value);
        bucket.delete("a.stdout");
        assertThat(bucket.get("a.stdout")).isEmpty();
        assertThat(get(bucket.open("a.stdout"))).isEmpty();
        assertThat(get(bucket.open("never"))).isEmpty();
    }

    @Test
    void aDurableReaderTakesWhatIsThere() throws Exception {
        var subject = "events." + id(8) + ".state";
        get(events.appendIfLast(subject, bytes("a"), 0));
        try (var reader = nats.openReader(Subjects.EVENTS, Subjects.PROJECTOR)) {
            var subjects = new ArrayList<String>();
            var until = Instant.now().plusSeconds(10);
            while (!subjects.contains(subject) && Instant.now().isBefore(until)) {
                for (var delivery : reader.take(100, Duration.ofMillis(500))) {
                    subjects.add(delivery.subject());
                    get(delivery.ack());
                }
            }
            assertThat(subjects).contains(subject);
        }
    }

    @Test
    void whereNothingListensTheStartSaysWhatToDo() {
        var nowhere = new NatsConfig("nats://127.0.0.1:1", null, null, Duration.ofMillis(300), Duration.ofSeconds(1));

        assertThatThrownBy(() -> Nats.connect(nowhere, "test"))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("FAAS_NATS_URL");
    }

    private static String id(int n) {
        return "06b7gd98g07rk4q3v8x2m5" + String.format("%04d", n);
    }

    private static String function(int n) {
        return "fn_" + id(9000 + n);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
