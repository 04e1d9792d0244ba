package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk.Source;
import dev.faas.gateway.Events.Event;
import dev.faas.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class EventStreamTest {
    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("story");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    private static List<Event> all(String id, String lastEventId) throws IOException, InterruptedException {
        try (var events = Events.of(faas, id, lastEventId)) {
            assertThat(events.status()).isEqualTo(200);
            return events.rest();
        }
    }

    @Test
    void givenARun_whenItsEventsAreStreamed_thenEachIsSentAsItHappens() throws Exception {
        var id = faas.accepted("story", "x");
        try (var events = Events.of(faas, id)) {
            assertThat(events.response.headers().firstValue("Content-Type"))
                    .hasValue("text/event-stream; charset=utf-8");
            assertThat(events.response.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(events.response.headers().firstValue("X-Accel-Buffering"))
                    .hasValue("no");
            assertThat(events.require().field("status")).isEqualTo("queued");
            var run = faas.claim(id);
            var running = events.require();
            assertThat(running.name()).isEqualTo("state");
            assertThat(running.field("status")).isEqualTo("running");
            assertThat(running.field("activationId")).isEqualTo(id);
            run.err("loading\n");
            var log = events.require();
            assertThat(log.name()).isEqualTo("log");
            assertThat(log.field("stream")).isEqualTo("stderr");
            assertThat(log.field("text")).isEqualTo("loading\n");
            assertThat(log.field("at")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            run.out("42");
            var output = events.require();
            assertThat(output.name()).isEqualTo("output");
            assertThat(output.field("stream")).isEqualTo("stdout");
            assertThat(output.field("text")).isEqualTo("42");
            var end = run.succeed();
            var terminal = events.require();
            assertThat(terminal.field("status")).isEqualTo("succeeded");
            assertThat(terminal.field("result")).isEqualTo("42");
            assertThat(terminal.id()).isEqualTo(Long.toString(end.sequence()));
            var last = events.require();
            assertThat(last).isEqualTo(new Event("", "end", "{}"));
            assertThat(events.next()).isEmpty();
        }
    }

    @Test
    void givenARunWithManyEvents_whenResumedAfterEach_thenNothingIsMissingOrRepeated() throws Exception {
        var id = faas.accepted("story", "x");
        var lost = faas.claim(id).err("of a run that was handed back").out("lost");
        lost.handBack();
        var run = faas.claim(id);
        lost.chunk(lost.runId(), Source.STDOUT, 4, "late words of the dead".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 15; i++) {
            run.out("out " + i + "\n").err("err " + i + "\n");
        }
        run.fail(3);

        var whole = all(id, "");

        assertThat(names(whole).stream().distinct().toList()).containsExactly("state", "log", "output", "end");
        assertThat(textOf(whole, "output")).startsWith("lostout 0\nout 1\n").endsWith("out 14\n");
        assertThat(textOf(whole, "output")).doesNotContain("late words");
        assertThat(whole.stream()
                        .map(Event::id)
                        .filter(s -> !s.isEmpty())
                        .map(Long::valueOf)
                        .toList())
                .isSorted()
                .doesNotHaveDuplicates();
        for (int i = 0; i < whole.size() - 2; i++) {
            assertThat(all(id, whole.get(i).id())).as("after event " + i).isEqualTo(whole.subList(i + 1, whole.size()));
        }
    }

    private static String textOf(List<Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(event -> event.field("text"))
                .collect(Collectors.joining());
    }

    @Test
    void givenAnEnd_whenResumedAtOrAfterIt_thenTheResponseIs204() throws Exception {
        var id = faas.accepted("story", "x");
        var end = faas.claim(id).out("x").succeed();

        for (long after : new long[] {end.sequence(), end.sequence() + 1, Long.MAX_VALUE / 10}) {
            try (var events = Events.of(faas, id, Long.toString(after))) {
                assertThat(events.status()).isEqualTo(204);
                assertThat(events.next()).isEmpty();
            }
        }
    }

    @Test
    void givenAnInvalidLastEventId_whenSent_thenItIsRefused() throws Exception {
        var id = faas.accepted("story", "x");

        var answer = faas.send(
                faas.as(faas.alice, "/v1/activations/" + id + "/events").header("Last-Event-ID", "abc"));

        assertThat(answer.code()).isEqualTo("invalid_request");
    }

    @Test
    void givenBinaryOutput_whenStreamed_thenItIsBase64() throws Exception {
        var id = faas.accepted("story", "x");
        var bytes = new byte[] {(byte) 0xff, 0, 1};
        faas.claim(id)
                .write(Source.STDOUT, bytes)
                .write(Source.STDERR, bytes)
                .out("a\u0000 \r\n\"é")
                .succeed();

        var events = all(id, "");

        assertThat(events.get(2).name()).isEqualTo("output");
        assertThat(events.get(2).json().has("text")).isFalse();
        assertThat(Base64.getDecoder().decode(events.get(2).field("base64"))).isEqualTo(bytes);
        assertThat(Base64.getDecoder().decode(events.get(3).field("base64"))).isEqualTo(bytes);
        assertThat(events.get(4).field("text")).isEqualTo("a\u0000 \r\n\"é");
    }

    @Test
    void givenAChunkStoredTwice_whenStreamed_thenItIsSentOnce() throws Exception {
        var id = faas.accepted("story", "x");
        var run = faas.claim(id).out("once");
        run.chunk(run.runId(), Source.STDOUT, 0, "once".getBytes(StandardCharsets.UTF_8));
        run.out(" more").succeed();

        assertThat(textOf(all(id, ""), "output")).isEqualTo("once more");
    }

    @Test
    void givenAPrunedActivation_whenStreamed_thenTheLedgersRecordIsTheOnlyState() throws Exception {
        var id = faas.accepted("story", "x");
        prune(id);
        faas.registry.answers(request -> request.response()
                .putHeader("Faas-Sequence", "4711")
                .end("{\n \"activationId\": \"" + id + "\",\n \"status\": \"succeeded\"\n}"));

        var events = all(id, "");

        assertThat(names(events)).containsExactly("state", "end");
        assertThat(events.getFirst().id()).isEqualTo("4711");
        assertThat(events.getFirst().field("activationId")).isEqualTo(id);
        assertThat(all(id, "4710")).isEqualTo(events);
        for (var past : List.of("4711", "4712")) {
            try (var again = Events.of(faas, id, past)) {
                assertThat(again.status()).isEqualTo(204);
            }
        }
        assertThat(faas.registry.asked()).contains("GET /v1/activations/" + id);
    }

    private static void prune(String id) {
        var snapshot = Await.await(faas.events.lastFromLeader(id)).orElseThrow();
        Await.await(faas.events.prune(snapshot.sequence()));
    }

    @Test
    void givenANewActivation_whenStreamedAtOnce_thenItIsAlwaysFound() throws Exception {
        for (int i = 0; i < 50; i++) {
            var id = faas.accepted("story", "x");
            try (var events = Events.of(faas, id)) {
                assertThat(events.require().field("status")).isEqualTo("queued");
            }
        }
    }
}
