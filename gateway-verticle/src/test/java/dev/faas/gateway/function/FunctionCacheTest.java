package dev.faas.gateway.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.local.NatsServer;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Heap;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class FunctionCacheTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long CACHE_BYTES = 8L << 20;
    private static final int MANY = 20_000;

    private static NatsServer server;
    private static Nats bus;
    private static Kv bucket;

    private final String owner = Ids.user(Instant.now());

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        server = NatsServer.start(directory);
        bus = Nats.connect(NatsConfig.local(server.url()), "test");
        Topology.create(bus, TopologyConfig.LOCAL);
        bucket = bus.kv(Subjects.FUNCTIONS);
    }

    @AfterAll
    static void stop() throws Exception {
        bus.close();
        server.close();
    }

    private FunctionRevision store(String name, List<String> command) {
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var spec = Records.with(FunctionSpec.of(name, "registry.example/" + name + ":1"), "command", command);
        var function = new FunctionRevision(Ids.function(now), owner, 1, null, now, now, spec);
        Await.await(bucket.put(FunctionRevision.key(owner, name), Codec.encode(function)));
        return function;
    }

    /** Nearly 128 KiB as JSON; in memory one character makes all of its text take two bytes each. */
    private static List<String> large() {
        return Collections.nCopies(31, "x".repeat(4_080) + "ф");
    }

    @Test
    void givenManyLargeFunctions_whenFollowed_thenTheCacheRetainsNoMoreThanItsLimit() throws Exception {
        for (int i = 0; i < 229; i++) {
            store("large-" + i, large());
        }
        long before = Heap.retainedBytes();

        try (var cache = FunctionCache.open(bucket, CACHE_BYTES, LIMIT)) {
            assertThat(cache.byName(owner, "large-228")).isPresent();
            assertThat(Heap.retainedBytes() - before).isLessThan(CACHE_BYTES + (4L << 20));
            for (int i = 0; i < 229; i++) {
                var head = cache.byName(owner, "large-" + i).orElseThrow();
                assertThat(Await.await(cache.read(head)).spec().command()).isEqualTo(large());
            }
            assertThat(Heap.retainedBytes() - before).isLessThan(CACHE_BYTES + (4L << 20));
        }
    }

    @Test
    void givenAFunction_whenItIsCalledAgain_thenItsSpecificationNeedsNoRead() throws Exception {
        store("called", List.of("a"));
        try (var cache = FunctionCache.open(bucket, CACHE_BYTES, LIMIT)) {
            var head = cache.byName(owner, "called").orElseThrow();

            assertThat(cache.read(head)).isDone();
        }
    }

    @Test
    void givenManyFunctions_whenFollowed_thenEachTakesLessThan500BytesBesideTheCache() throws Exception {
        var now = Instant.now();
        var cache = new FunctionCache(bucket, 0);
        long before = Heap.retainedBytes();

        for (int i = 0; i < MANY; i++) {
            var spec = FunctionSpec.of("n".repeat(50) + i, "registry.example/some/image:1");
            var function = new FunctionRevision(Ids.function(now), owner, 1, null, now, now, spec);
            cache.put(FunctionRevision.key(owner, spec.name()), Codec.encode(function));
        }

        assertThat((Heap.retainedBytes() - before) / MANY).isLessThan(500);
        assertThat(cache.byName(owner, "n".repeat(50) + "0")).isPresent();
    }

    @Test
    void givenAFunctionThatIsNotCached_whenItIsReplacedOrDeletedBeforeItIsRead_thenItIsNotFound() throws Exception {
        var first = store("changing", List.of("a"));
        var head = new FunctionCache.Head(FunctionRevision.key(owner, "changing"), first.id(), 1);
        try (var cache = FunctionCache.open(bucket, 0, LIMIT)) {
            assertThat(Await.await(cache.read(head))).isEqualTo(first);
        }

        var second = store("changing", List.of("b"));
        try (var cache = FunctionCache.open(bucket, 0, LIMIT)) {
            assertThat(cache.byId(owner, first.id())).isEmpty();
            assertThat(cache.byId(owner, second.id())).isPresent();
            assertThat(cache.byId(Ids.user(Instant.now()), second.id())).isEmpty();
            assertThatThrownBy(() -> Await.await(cache.read(head))).hasCauseInstanceOf(NoSuchElementException.class);
            Await.await(bucket.delete(head.key()));
            Await.until("gone", () -> cache.byId(owner, second.id()).isEmpty());
            assertThatThrownBy(() -> Await.await(cache.read(head))).hasCauseInstanceOf(NoSuchElementException.class);
        }
    }
}
