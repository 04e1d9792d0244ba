package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import dev.faas.system.contract.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests the event stream of a real run: complete, resumed at any event, and after the end. */
@ExtendWith(WholeSystem.class)
class EventStreamIT {
    private static final String SLOW = "for i in 1 2 3 4 5; do echo out $i; echo log $i >&2; sleep 0.1; done";

    @Test
    void aStreamTellsARunFromItsAcceptanceToItsEnd(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("slow", system.images().script(SLOW));

        var events = ada.events(ada.submit("slow", ""));

        assertThat(events.getFirst().data().path("status").asText()).isEqualTo("queued");
        assertThat(events.get(1).data().path("status").asText()).isEqualTo("running");
        assertThat(events.get(events.size() - 2).data().path("status").asText()).isEqualTo("succeeded");
        assertThat(events.getLast().name()).isEqualTo("end");
        assertThat(text(events, "output")).isEqualTo("out 1\nout 2\nout 3\nout 4\nout 5\n");
        assertThat(text(events, "log")).isEqualTo("log 1\nlog 2\nlog 3\nlog 4\nlog 5\n");
        assertThat(ids(events)).isSorted().doesNotHaveDuplicates();
        assertThat(events.toString()).doesNotContain("argument").doesNotContain("entrypoint");
    }

    @Test
    void aStreamResumedAtEveryEventOfARunMissesNothingAndRepeatsNothing(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("slow", system.images().script(SLOW));
        var id = ada.submit("slow", "");
        var whole = ids(ada.events(id));

        for (int i = 0; i < whole.size() - 1; i++) {
            assertThat(ids(ada.events(id, "Last-Event-ID", whole.get(i).toString())))
                    .as("resumed after event " + i)
                    .isEqualTo(whole.subList(i + 1, whole.size()));
        }
    }

    @Test
    void aReconnectPastTheEndIsToldToStop(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("quick", system.images().script("echo done"));
        var id = ada.submit("quick", "");
        var last = ids(ada.events(id)).getLast();

        ada.get("/v1/activations/" + id + "/events", "Last-Event-ID", last.toString())
                .expect(204);
    }

    @Test
    void theLogCanBeFollowedToItsEnd(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("slow", system.images().script(SLOW));
        var id = ada.submit("slow", "");

        var followed = ada.get("/v1/activations/" + id + "/logs?follow=true").text();

        assertThat(followed).isEqualTo("log 1\nlog 2\nlog 3\nlog 4\nlog 5\n");
    }

    private static String text(List<Event> events, String name) {
        var text = new StringBuilder();
        events.stream()
                .filter(e -> e.name().equals(name))
                .forEach(e -> text.append(e.data().path("text").asText()));
        return text.toString();
    }

    private static List<Long> ids(List<Event> events) {
        return events.stream()
                .filter(e -> !e.name().equals("end"))
                .map(e -> Long.valueOf(e.id()))
                .toList();
    }
}
