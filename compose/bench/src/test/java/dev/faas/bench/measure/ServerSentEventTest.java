package dev.faas.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerSentEventTest {
    @Test
    void anEventHasAnIdANameAndData() {
        assertThat(ServerSentEvent.of("id: 7\nevent: state\ndata: {\"a\": \"b: c\"}"))
                .isEqualTo(new ServerSentEvent("7", "state", "{\"a\": \"b: c\"}"));
    }

    @Test
    void theEndHasNoId() {
        var end = ServerSentEvent.of("event: end\ndata: {}");

        assertThat(end.is("end")).isTrue();
        assertThat(end.id()).isNull();
    }

    @Test
    void aCommentIsNoEvent() {
        assertThat(ServerSentEvent.of(":").event()).isNull();
    }
}
