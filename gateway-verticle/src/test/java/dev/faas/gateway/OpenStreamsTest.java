package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.gateway.Events.Event;
import dev.faas.testing.Await;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
class OpenStreamsTest {
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

    @Test
    void givenAQuietLog_whenTheIdleTimeoutPasses_thenItIsStillFollowed() throws Exception {
        var id = faas.accepted("story", "x");
        var request = faas.as(faas.alice, "/v1/activations/" + id + "/logs?follow=true");
        try (var client = HttpClient.newHttpClient()) {
            var response = client.send(request.build(), BodyHandlers.ofInputStream());
            var quietUntil =
                    System.nanoTime() + RunningGateway.IDLE.plusSeconds(2).toNanos();
            Await.until("longer than the idle timeout", () -> System.nanoTime() > quietUntil);

            faas.claim(id).err("at last").succeed();

            assertThat(new String(response.body().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("at last");
        }
    }

    @Test
    void givenARun_whenTheClientReconnectsRepeatedly_thenItMissesNothing() throws Exception {
        var id = faas.accepted("story", "x");
        var writer = Thread.ofVirtual().start(() -> {
            var run = faas.claim(id);
            for (int i = 0; i < 200; i++) {
                run.out(i + "\n");
            }
            run.succeed();
        });
        var seen = new ArrayList<Event>();
        var ended = false;
        while (!ended) {
            var after = seen.isEmpty() ? "" : seen.getLast().id();
            try (var events = Events.of(faas, id, after)) {
                // 203 events are 29 connections of 7 events, so the next connection gets none: 204.
                for (int i = 0; i < 7 && events.status() == 200; i++) {
                    seen.add(events.require());
                }
                ended = events.status() == 204;
            }
        }
        writer.join();
        var expected = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            expected.append(i).append('\n');
        }
        assertThat(textOf(seen, "output")).isEqualTo(expected.toString());
        assertThat(seen.stream().map(Event::id).toList()).doesNotHaveDuplicates();
    }

    @Test
    void givenNothingHappens_whenFollowed_thenCommentsKeepTheConnectionOpen() throws Exception {
        var id = faas.accepted("story", "x");
        try (var events = Events.of(faas, id)) {
            assertThat(events.require().field("status")).isEqualTo("queued");

            events.awaitComments(3);

            faas.claim(id).succeed();
            assertThat(names(events.rest())).containsExactly("state", "state", "end");
        }
    }

    @Test
    void givenAFastWriter_whenTheReaderIsSlow_thenItGetsEverything() throws Exception {
        var id = faas.accepted("story", "x");
        var chunk = "0123456789abcdef".repeat(2048);
        try (var events = Events.of(faas, id)) {
            var run = faas.claim(id);
            // 32 MB exceed the socket buffers and the feed's backlog of 256 messages.
            for (int i = 0; i < 1000; i++) {
                run.out(chunk);
            }
            run.succeed();

            var all = events.rest();

            assertThat(all.stream().filter(e -> e.name().equals("output"))).hasSize(1000);
            assertThat(textOf(all, "output")).isEqualTo(chunk.repeat(1000));
            assertThat(all.getLast().name()).isEqualTo("end");
        }
    }

    @Test
    void givenAReaderThatReadsNothing_whenTheStallLimitPasses_thenItIsDisconnected() throws Exception {
        var id = faas.accepted("story", "x");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), faas.gateway.port("api"))) {
            socket.setReceiveBufferSize(4096);
            socket.getOutputStream()
                    .write(("GET /v1/activations/" + id + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                    + faas.signer.bearer(faas.alice) + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var run = faas.claim(id);
            var chunk = "x".repeat(60_000);
            for (int i = 0; i < 300; i++) {
                run.out(chunk);
            }
            Await.until("cut off", () -> streamsOpen() == 0);
        }
    }

    @Test
    void givenAStream_whenItsClientDisconnects_thenItIsClosed() throws Exception {
        var id = faas.accepted("story", "x");
        try (var events = Events.of(faas, id)) {
            events.require();
            assertThat(streamsOpen()).isEqualTo(1);
        }

        Await.until("the stream is closed", () -> streamsOpen() == 0);
    }

    @Test
    void givenHead_whenSent_thenNoStreamIsOpened() throws Exception {
        var id = faas.accepted("story", "x");

        var answer = faas.send(faas.as(faas.alice, "/v1/activations/" + id + "/events")
                .method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(streamsOpen()).isZero();
    }

    @Test
    void givenOpenStreams_whenNatsRestarts_thenTheyMissNothing() throws Exception {
        var id = faas.accepted("story", "x");
        var waiting = faas.accepted("story", "y");
        try (var events = Events.of(faas, id);
                var others = Events.of(faas, waiting)) {
            var run = faas.claim(id).out("before ");
            assertThat(names(List.of(events.require(), events.require(), events.require())))
                    .containsExactly("state", "state", "output");
            others.require();

            faas.server.restart();
            run.out("after").succeed();
            faas.claim(waiting).succeed();

            var rest = events.rest();
            assertThat(names(rest)).endsWith("state", "end");
            assertThat(textOf(rest, "output")).isEqualTo("after");
            assertThat(names(others.rest())).endsWith("state", "state", "end");
        }
    }

    private static List<String> names(List<Event> events) {
        return events.stream().map(Event::name).toList();
    }

    private static String textOf(List<Event> events, String name) {
        return events.stream()
                .filter(event -> event.name().equals(name))
                .map(event -> event.field("text"))
                .collect(Collectors.joining());
    }

    @Test
    void givenAClientThatDisconnectsDuringTheLookup_whenTheActivationIsFound_thenNothingStaysOpen() throws Exception {
        var id = faas.accepted("story", "x");
        for (var path : List.of("/events", "/logs?follow=true", "?wait=60")) {
            faas.relay.cut(NatsRelay.Cut.HELD, "events." + id);
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), faas.gateway.port("api"))) {
                socket.getOutputStream()
                        .write(("GET /v1/activations/" + id + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                        + faas.signer.bearer(faas.alice) + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                Await.until("it is looked up", faas.relay::isHolding);
                socket.setSoLinger(true, 0);
            }
            long noticed = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            Await.until("the gateway has noticed", () -> System.nanoTime() > noticed);

            faas.relay.release();

            assertThat(faas.get("/v1/activations/" + id).field("status")).isEqualTo("queued");
            assertThat(faas.get("/v1/activations/" + id).field("status")).isEqualTo("queued");
            assertThat(streamsOpen()).as(path).isZero();
        }
    }

    private static double streamsOpen() {
        return faas.gateway.countOpenResponses();
    }
}
