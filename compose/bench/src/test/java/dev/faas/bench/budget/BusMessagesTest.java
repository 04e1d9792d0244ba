package dev.faas.bench.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.bench.measure.Table;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BusMessagesTest {
    private static final BusMessages.Counts NOTHING = new BusMessages.Counts(Map.of(), Map.of());

    private final BusMessages messages = new BusMessages();

    @Test
    void aReplyCountsForItsRequest() {
        messages.add("events.a1.state", "_INBOX_any.x.1");
        messages.add("_INBOX_any.x.1", "");

        assertThat(messages.counts().table(NOTHING, 1, 1).lines())
                .singleElement()
                .satisfies(line -> {
                    assertThat(line.what()).isEqualTo("events.*.state");
                    assertThat(line.values()).containsExactly(1.0, 1.0);
                    assertThat(line.note()).startsWith("stores a state");
                });
    }

    @Test
    void aDeliveryIsNotAPublish() {
        messages.add("activations.queue.u.f.a1", "_INBOX_any.x.1");
        messages.add("activations.queue.u.f.a1", "$JS.ACK.ACTIVATIONS.q_f.1.1.1.1.0");

        assertThat(messages.counts().messages())
                .isEqualTo(Map.of("activations.queue.>", 1L, "delivery of ACTIVATIONS", 1L));
    }

    @Test
    void anUnknownSubjectIsShown() {
        messages.add("$JS.API.NEW.THING.x", "");

        assertThat(messages.counts().table(NOTHING, 1, 1).lines())
                .singleElement()
                .extracting(Table.Entry::note)
                .isEqualTo("unknown");
    }

    @Test
    void idleMessagesAreSubtracted() {
        messages.add("queues.table", "");
        var idle = messages.counts();
        messages.add("queues.table", "");
        messages.add("wake.u.f", "");

        assertThat(messages.counts().table(idle, 1, 1).lines())
                .extracting(Table.Entry::what)
                .containsExactly("wake.>");
    }
}
