package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.feed.FeedOwners;
import dev.faas.nats.StoredMessage;
import dev.faas.testing.Await;
import dev.faas.wire.Subjects;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What comes into the feed of an owner who listens. */
class FeedTest extends DestinationFixture {
    private void listen() {
        Await.await(registry.bus.kv(Subjects.FEEDS).put(owner, FeedOwners.entry(Instant.now())));
    }

    private List<JsonObject> feed() {
        var stream = registry.bus.stream(Subjects.FEED);
        var events = new ArrayList<JsonObject>();
        for (var next = Await.await(stream.nextFromLeader(Subjects.feed(owner), 1));
                next.isPresent();
                next = Await.await(
                        stream.nextFromLeader(Subjects.feed(owner), next.get().sequence() + 1))) {
            events.add(next.map(StoredMessage::bytes)
                    .map(Buffer::buffer)
                    .orElseThrow()
                    .toJsonObject());
        }
        return events;
    }

    private List<String> types() {
        return feed().stream().map(event -> event.getString("type")).toList();
    }

    private List<JsonObject> of(String activation) {
        return feed().stream()
                .filter(event -> activation.equals(event.getJsonObject("data").getString("activationId")))
                .toList();
    }

    /** Until the registries have seen that someone listens. */
    private void awaitListening() {
        listen();
        Await.eventually(() -> {
            succeed();
            return !feed().isEmpty();
        });
        Await.await(registry.bus.stream(Subjects.FEED).purge(Subjects.feed(owner)));
    }

    @Test
    void givenAListener_whenActivationsEnd_thenEachStateIsThereOnceAfterTheLedgerHasIt() {
        awaitListening();

        var id = succeed(Map.of("order", "1"));

        Await.eventually(() -> of(id).size() == 3);
        var events = of(id);
        assertThat(events)
                .extracting(event -> event.getString("type"))
                .containsExactly("activation.queued", "activation.running", "activation.succeeded");
        assertThat(events)
                .extracting(event -> event.getJsonObject("data").getLong("sequence"))
                .isSorted()
                .doesNotContainNull();
        var end = events.getLast();
        var record = user.get("/v1/activations/" + id).json();
        assertThat(end.getString("timestamp")).isEqualTo(record.getString("finishedAt"));
        assertThat(end.getJsonObject("data").getJsonObject("tags").getString("order"))
                .isEqualTo("1");
        assertThat(end.getJsonObject("data").getString("result")).isNull();
    }

    @Test
    void givenNoListener_whenAnActivationEnds_thenNothingIsPublished() {
        destination("erp", new JsonObject());
        var id = succeed();

        onlyDelivery(user.get(PATH + "/erp").json().getString("id"), "succeeded");

        assertThat(user.get("/v1/activations/" + id).json().getString("status")).isEqualTo("succeeded");
        assertThat(feed()).isEmpty();
    }

    @Test
    void givenAListener_whenADestinationIsDisabled_thenThatEventIsThere_andNoneWaits() throws Exception {
        awaitListening();
        var id = destination("erp", new JsonObject()).getString("id");
        receiver.answers(410);
        succeed();

        Await.eventually(() -> types().contains("destination.disabled"));

        var event = feed().stream()
                .filter(each -> each.getString("type").equals("destination.disabled"))
                .findFirst()
                .orElseThrow();
        assertThat(event.getJsonObject("data").getString("destinationId")).isEqualTo(id);
        assertThat(event.getString("timestamp")).isNotNull();
        Await.eventually(() -> registry.backends.number("select count(*) from feed_event") == 0);
    }
}
