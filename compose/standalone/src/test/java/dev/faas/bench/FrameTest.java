package dev.faas.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameTest {
    @Test
    void anEventHasAnIdANameAndData() {
        assertThat(Frame.of("id: 7\nevent: state\ndata: {\"a\": \"b: c\"}"))
                .isEqualTo(new Frame("7", "state", "{\"a\": \"b: c\"}"));
    }

    @Test
    void theEndHasNoId() {
        var end = Frame.of("event: end\ndata: {}");

        assertThat(end.is("end")).isTrue();
        assertThat(end.id()).isNull();
    }

    @Test
    void aCommentIsNoEvent() {
        assertThat(Frame.of(":").event()).isNull();
    }
}
