package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.http.paging.Cursor;
import dev.faas.testing.Await;
import dev.faas.testing.HttpAnswer;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the event stream to what the owner reads from the ledger. Each test has its own user. */
class LedgerTest extends RegistryFixture {
    private static final int MIB = 1 << 20;

    private String functionId;

    @BeforeEach
    void newFunction() {
        functionId = Ids.function(Instant.now());
    }

    @Test
    void givenARunThatEndsWhenProjectedThenItsRecordResultAndLogCanBeRead() throws Exception {
        var story = accepted("greet", "world", Map.of("who", "me"));
        known(story);
        var pending = user.get("/v1/activations/" + story.id() + "/result");
        assertThat(pending.status()).isEqualTo(202);
        assertThat(pending.header("Retry-After")).isEqualTo("1");
        assertThat(pending.json().getString("status")).isEqualTo("queued");
        var nothingYet = user.get("/v1/activations/" + story.id() + "/logs");
        assertThat(nothingYet.status()).isEqualTo(200);
        assertThat(nothingYet.header("X-Activation-Status")).isEqualTo("queued");
        assertThat(nothingYet.text()).isEmpty();

        story.claimed("run-1")
                .wrote("run-1", Source.STDERR, "loading\n")
                .wrote("run-1", Source.STDOUT, "hello ")
                .wrote("run-1", Source.STDERR, "done\n")
                .wrote("run-1", Source.STDOUT, "wörld")
                .succeeded("hello wörld", 12, 13);
        known(story);

        var record = user.get("/v1/activations/" + story.id());
        assertThat(record.header("Faas-Sequence")).isEqualTo(Long.toString(story.sequence()));
        assertThat(record.json().getString("status")).isEqualTo("succeeded");
        assertThat(record.json().getString("result")).isEqualTo("hello wörld");
        assertThat(record.json().getJsonObject("tags")).isEqualTo(new JsonObject().put("who", "me"));
        assertThat(record.json().getJsonObject("function").getString("name")).isEqualTo("greet");
        assertThat(record.text()).doesNotContain("world\"").doesNotContain("spec");
        var result = user.get("/v1/activations/" + story.id() + "/result");
        assertThat(result.status()).isEqualTo(200);
        assertThat(result.body()).isEqualTo(Buffer.buffer("hello wörld"));
        assertThat(result.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(result.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(result.header("X-Activation-Status")).isEqualTo("succeeded");
        var logs = user.get("/v1/activations/" + story.id() + "/logs");
        assertThat(logs.text()).isEqualTo("loading\ndone\n");
        assertThat(logs.header("Content-Type")).startsWith("text/plain");
        assertThat(new JsonObject(new String(
                                unhex(registry.backends.text(
                                        "select encode(argument, 'hex') from activation where id = '" + story.id()
                                                + "'")),
                                StandardCharsets.UTF_8))
                        .getString("argument"))
                .isEqualTo("world");
    }

    @Test
    void givenLostRunsWhenTheLastOneEndsThenOnlyItsOutputIsStored() throws Exception {
        var story = accepted("twice", "", Map.of())
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "of a loser")
                .wrote("run-0", Source.STDOUT, "of a stranger");

        story.wrote("run-1", Source.STDOUT, new byte[] {(byte) 0xff, 0})
                .wrote("run-9", Source.STDERR, "of another stranger")
                .succeeded(null, 12, 0);
        known(story);

        assertThat(user.get("/v1/activations/" + story.id() + "/result").body())
                .isEqualTo(Buffer.buffer("of a loser").appendByte((byte) 0xff).appendByte((byte) 0));
        assertThat(user.get("/v1/activations/" + story.id() + "/logs").text()).isEmpty();
        assertThat(user.get("/v1/activations/" + story.id()).json().getValue("result"))
                .isNull();
    }

    @Test
    void givenALargeResultAndArgumentWhenProjectedThenTheObjectStoreHasThemToTheByte() throws Exception {
        var bytes = new byte[MIB + 1];
        new Random(42).nextBytes(bytes);
        var log = "line\n".repeat(20_000);
        var story = accepted("large", "x".repeat(131_071), Map.of())
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, bytes)
                .wrote("run-1", Source.STDERR, log)
                .succeeded(null, bytes.length, log.length());
        known(story);

        assertThat(user.get("/v1/activations/" + story.id() + "/result").body()).isEqualTo(Buffer.buffer(bytes));
        assertThat(user.get("/v1/activations/" + story.id() + "/logs").text()).isEqualTo(log);
        var objects = registry.bus.objectBucket("OUTPUTS");
        assertThat(objects.get(story.id() + ".result")).contains(bytes);
        assertThat(objects.get(story.id() + ".argument"))
                .hasValueSatisfying(order -> assertThat(
                                Codec.readTree(order).path("argument").asText())
                        .hasSize(131_071));

        objects.delete(story.id() + ".result");
        var expired = user.get("/v1/activations/" + story.id() + "/result");
        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("result_expired");
    }

    @Test
    void givenAnActivationWhenItsAcceptedEventIsReadThenOnlyItsOwnerGetsIt() throws Exception {
        var small = accepted("small", "to be run again ☃", Map.of("k", "v"));
        var large = accepted("large", "x".repeat(131_071), Map.of())
                .claimed("run-1")
                .succeeded("", 0, 0);
        known(small);
        known(large);

        for (var story : List.of(small, large)) {
            var answer = user.get("/v1/activations/" + story.id() + "/accepted");
            assertThat(answer.status()).isEqualTo(200);
            var queued = (ActivationRecord.Queued) Codec.decode(answer.body().getBytes(), ActivationRecord.class);
            assertThat(queued.activation()).isEqualTo(story.activation);
            assertThat(queued.order()).isEqualTo(story.order);
        }
        assertThat(registry.client()
                        .get("/v1/activations/" + small.id() + "/accepted")
                        .code())
                .isEqualTo("activation_not_found");
        assertThat(user.get("/v1/activations/nonsense/accepted").code()).isEqualTo("activation_not_found");

        registry.bus.objectBucket("OUTPUTS").delete(large.id() + ".argument");
        var expired = user.get("/v1/activations/" + large.id() + "/accepted");
        assertThat(expired.status()).isEqualTo(410);
        assertThat(expired.code()).isEqualTo("result_expired");
    }

    @Test
    void givenSixteenMebibytesWhenTheyArePrunedThenTheyAndTheirRangesComeToTheByte() throws Exception {
        var bytes = new byte[16 * MIB];
        new Random(16).nextBytes(bytes);
        var log = "x".repeat(16 * MIB);
        var old = Instant.now().minus(Duration.ofMinutes(16));
        var story = accepted("largest", "", Map.of())
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, bytes)
                .wrote("run-1", Source.STDERR, log)
                .succeeded(null, bytes.length, log.length(), old);
        Await.eventually(() -> events.lastFromLeader(story.id()).join().isEmpty());
        assertThat(events.nextOutput(story.id(), 1).join()).isEmpty();
        var path = "/v1/activations/" + story.id() + "/result";

        assertThat(user.get(path).body().getBytes()).isEqualTo(bytes);
        assertThat(user.get("/v1/activations/" + story.id() + "/logs").text()).isEqualTo(log);
        var part = user.get(path, "Range", "bytes=1000000-9000000");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.header("Content-Range")).isEqualTo("bytes 1000000-9000000/" + bytes.length);
        assertThat(part.body().getBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1_000_000, 9_000_001));
        assertThat(user.get(path, "Range", "bytes=-7").body().getBytes())
                .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 7, bytes.length));
        assertThat(user.get(path, "Range", "bytes=" + bytes.length + "-").status())
                .isEqualTo(416);
        // The gateway sends the same tag while the event stream has the output.
        var etag = "\"" + story.id() + ".result\"";
        assertThat(part.header("ETag")).isEqualTo(etag);
        assertThat(user.get(path, "If-None-Match", etag).status()).isEqualTo(304);
    }

    @Test
    void givenAResultInItsRowWhenARangeIsReadThenItComesToTheByte() throws Exception {
        var story = accepted("small", "", Map.of())
                .claimed("run-1")
                .wrote("run-1", Source.STDOUT, "0123456789")
                .succeeded("0123456789", 10, 0);
        known(story);

        var part = user.get("/v1/activations/" + story.id() + "/result", "Range", "bytes=2-4");

        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("234");
    }

    @Test
    void givenAnEmptyResultWhenReadThenItIsEmptyAndNotExpired() throws Exception {
        var story = accepted("silent", "", Map.of()).claimed("run-1").succeeded("", 0, 0);
        known(story);

        var result = user.get("/v1/activations/" + story.id() + "/result");
        assertThat(result.status()).isEqualTo(200);
        assertThat(result.body().length()).isZero();
        assertThat(user.get("/v1/activations/" + story.id()).json().getString("result"))
                .isEmpty();
    }

    @Test
    void givenAnActivationOfAnotherUserWhenReadThenItDoesNotExist() throws Exception {
        var story = accepted("mine", "", Map.of());
        known(story);
        var other = registry.client();

        for (var path : List.of("", "/result", "/logs")) {
            var answer = other.get("/v1/activations/" + story.id() + path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("activation_not_found");
        }
        assertThat(other.get("/v1/activations").items()).isEmpty();
        assertThat(other.get("/v1/activations?function=" + functionId).items()).isEmpty();
        assertThat(user.get("/v1/activations/nonsense").code()).isEqualTo("activation_not_found");
    }

    @Test
    void givenManyActivationsWhenListedInPagesThenEachComesOnceNewestFirstWithoutItsResult() throws Exception {
        var stories = new ArrayList<Story>();
        for (int i = 0; i < 7; i++) {
            stories.add(accepted("listed", "", Map.of()).claimed("run-1").succeeded("text", 4, 0));
        }
        known(stories.getLast());
        var expected = stories.stream()
                .map(Story::id)
                .sorted(Collections.reverseOrder())
                .toList();

        var page = user.get("/v1/activations?limit=3");
        var firstCursor = page.next();
        var ids = new ArrayList<>(ids(page));
        while (page.next() != null) {
            page = user.get("/v1/activations?limit=3&cursor=" + page.next());
            ids.addAll(ids(page));
        }

        assertThat(ids).isEqualTo(expected);
        assertThat(user.get("/v1/activations").items().getJsonObject(0).getValue("result"))
                .isNull();
        assertThat(user.get("/v1/activations?status=failed&cursor=" + firstCursor)
                        .fields())
                .containsExactly("cursor");
        assertThat(registry.client()
                        .get("/v1/activations?cursor=" + firstCursor)
                        .fields())
                .containsExactly("cursor");
    }

    @Test
    void givenAQueryWithManyErrorsWhenListedThenAllAreNamedAtOnce() throws Exception {
        var cursorOfAnother = Cursor.encode("x", List.of("another question"));

        assertThat(user.get("/v1/activations?status=x&since=y&tag=z&function=*&limit=0&cursor=c")
                        .fields())
                .containsExactly("cursor", "function", "limit", "since", "status", "tag");
        assertThat(user.get("/v1/activations?limit=101&cursor=c").fields()).containsExactly("cursor", "limit");
        assertThat(user.get("/v1/activations?status=x&cursor=" + cursorOfAnother)
                        .fields())
                .containsExactly("status");
        assertThat(user.get("/v1/activations?cursor=" + cursorOfAnother).fields())
                .containsExactly("cursor");
    }

    @Test
    void givenFiltersWhenListedThenOnlyWhatFitsAllOfThemComes() throws Exception {
        var now = Instant.now();
        var old = accepted("one", now.minus(Duration.ofHours(2)), Map.of("env", "prod", "who", "me"));
        var middle = accepted("two", now.minus(Duration.ofHours(1)), Map.of("env", "prod"));
        var young = accepted("one", now, Map.of("env", "test")).claimed("run-1").succeeded("", 0, 0);
        for (var each : List.of(old, middle, young)) {
            known(each);
        }

        assertThat(ids(user.get("/v1/activations"))).containsExactly(young.id(), middle.id(), old.id());
        assertThat(ids(user.get("/v1/activations?function=one"))).containsExactly(young.id(), old.id());
        assertThat(ids(user.get("/v1/activations?function=" + functionId)))
                .containsExactly(young.id(), middle.id(), old.id());
        assertThat(ids(user.get("/v1/activations?status=queued"))).containsExactly(middle.id(), old.id());
        assertThat(ids(user.get("/v1/activations?tag=env:prod"))).containsExactly(middle.id(), old.id());
        assertThat(ids(user.get("/v1/activations?tag=env:prod&tag=who:me"))).containsExactly(old.id());
        assertThat(ids(user.get("/v1/activations?since=" + middle.activation.submittedAt())))
                .containsExactly(young.id(), middle.id());
        assertThat(ids(user.get("/v1/activations?until=" + middle.activation.submittedAt())))
                .containsExactly(old.id());
        assertThat(ids(user.get("/v1/activations?function=one&status=succeeded&tag=env:test&since="
                        + middle.activation.submittedAt())))
                .containsExactly(young.id());
        assertThat(user.get("/v1/activations?function=Up&status=done&since=now&until=1&tag=x")
                        .fields())
                .containsExactly("function", "since", "status", "tag", "until");
    }

    @Test
    void givenATagOfTheMaximumLengthWhenListedByItThenItIsFound() throws Exception {
        var key = "\uD83D\uDE00".repeat(64);
        var value = "\uD83D\uDE80".repeat(256);
        var tagged = accepted("one", Instant.now(), Map.of(key, value));
        known(tagged);

        var tag = URLEncoder.encode(key + ":" + value, StandardCharsets.UTF_8);
        assertThat(ids(user.get("/v1/activations?tag=" + tag))).containsExactly(tagged.id());
    }

    @Test
    void givenAnUndecodableStateWhenItArrivesThenItBlocksNoOtherAndIsCounted() throws Exception {
        registry.bus.stream("EVENTS")
                .append(
                        "events." + Ids.activation(Instant.now()) + ".state",
                        Map.of(),
                        "no record".getBytes(StandardCharsets.UTF_8))
                .join();

        known(accepted("after", "", Map.of()));

        try (var operator = new Client(registry.internalPort(), "")) {
            assertThat(operator.get("/metrics").text()).containsPattern("faas_ledger_poisonous_total\\{.*} 1\\.0");
        }
    }

    private Story accepted(String function, String argument, Map<String, String> tags) {
        return Story.accepted(
                registry.bus, Story.activation(owner, functionId, function, Instant.now(), tags), argument);
    }

    private Story accepted(String function, Instant at, Map<String, String> tags) {
        return Story.accepted(registry.bus, Story.activation(owner, functionId, function, at, tags), "");
    }

    /** Waits until the ledger has the last state. */
    private void known(Story story) throws Exception {
        Await.eventually(() -> user.get("/v1/activations/" + story.id())
                .header("Faas-Sequence")
                .equals(Long.toString(story.sequence())));
    }

    private static List<String> ids(HttpAnswer page) {
        return page.items().stream()
                .map(item -> ((JsonObject) item).getString("activationId"))
                .toList();
    }

    private static byte[] unhex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
