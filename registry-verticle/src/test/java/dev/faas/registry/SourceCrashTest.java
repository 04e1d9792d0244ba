package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.source.MessageIds;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Subjects;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a message whose dispatcher dies, at each of its steps. */
class SourceCrashTest extends SourceFixture {
    private String id;

    /** A dispatcher has got the message, and dies when it has accepted its activation. Returns the id of that. */
    private String acceptedByADispatcherThatDies() throws Exception {
        id = source("{'paused': true}");
        publish("orders.new", "once");
        try (var reader = registry.bus.openReader(Subjects.INBOX, id)) {
            var message = reader.take(1, Duration.ofSeconds(10)).getFirst();
            var seed = HexFormat.of()
                    .parseHex(registry.backends.text("select encode(seed, 'hex') from source where id = '" + id + "'"));
            var activation = MessageIds.id(seed, message.sequence(), message.storedAt());
            Story.accepted(
                    registry.bus,
                    Records.with(
                            Story.activation(owner, functionId, "bill", Instant.now(), Map.of()), "id", activation),
                    "once");
            message.handBack(Duration.ZERO).join();
            return activation;
        }
    }

    private void resumeAndAwaitAcknowledgement() {
        user.send("POST", PATH + "/orders/resume", "");
        awaitLag("orders", 0);
    }

    @Test
    void afterAccept() throws Exception {
        var activation = acceptedByADispatcherThatDies();
        long sequence = events.last(activation).join().orElseThrow().sequence();

        resumeAndAwaitAcknowledgement();

        assertThat(onlySubmitted()).isEqualTo(activation);
        assertThat(events.last(activation).join().orElseThrow().sequence()).isEqualTo(sequence);
    }

    @Test
    void afterAcceptAndPruning() throws Exception {
        var activation = acceptedByADispatcherThatDies();
        cancel(activation);
        Await.eventually(() -> registry.backends.number(
                        "select count(*) from activation where id = '" + activation + "' and finished_at is not null")
                == 1);
        registry.bus.stream(Subjects.EVENTS)
                .purge("events." + activation + ".state")
                .join();

        resumeAndAwaitAcknowledgement();

        assertThat(events.last(activation).join()).as("accepted again").isEmpty();
        assertThat(submitted()).containsExactly(activation);
    }

    /** The lease of a dispatcher that has died ends; messages that it had got come again. */
    @Test
    void afterPull() throws Exception {
        id = source("{'paused': true}");
        publish("orders.new", "once");
        try (var reader = registry.bus.openReader(Subjects.INBOX, id)) {
            assertThat(reader.take(1, Duration.ofSeconds(10))).hasSize(1);
        }
        registry.backends.run(
                "update source set holder = 'dead', held_until = now() + interval '3 seconds' where id = '" + id + "'");

        resumeAndAwaitAcknowledgement();

        assertThat(argument(onlySubmitted())).isEqualTo("once");
    }
}
