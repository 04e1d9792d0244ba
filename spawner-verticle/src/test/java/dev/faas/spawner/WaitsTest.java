package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.ActivationRecord.Running;
import dev.faas.activation.Status;
import dev.faas.wire.Subjects;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a run's state shows what the run waits for. */
final class WaitsTest {
    private static final String FIRST = "Its image is being pulled.";
    private static final String SECOND = "Its image is being pulled: 2.0 of 3.0 MB.";

    private final CountDownLatch pulled = new CountDownLatch(1);
    private Platform platform;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        platform.images.put("slow", process -> 0);
    }

    @AfterEach
    void stop() throws Exception {
        pulled.countDown();
        platform.close();
    }

    @Test
    void givenAPullThatGoesOn_whenItIsFurther_thenEachStateSaysSo_andNoneAfterIt() throws Exception {
        var spawner = pulling();
        var id = platform.submit(platform.function(Specs.of("slow")), "");
        waitsFor(id, FIRST);
        spawner.engine().waits(Optional.of(SECOND));
        waitsFor(id, SECOND);
        pulled.countDown();

        assertThat(platform.ended(id).report().status()).isEqualTo(Status.SUCCEEDED);
        var waits = platform.history(id).stream()
                .filter(Running.class::isInstance)
                .map(state -> Optional.ofNullable(((Running) state).waitsFor()))
                .toList();
        assertThat(waits).containsExactly(Optional.empty(), Optional.of(FIRST), Optional.of(SECOND), Optional.empty());
    }

    @Test
    void givenARunThatWaits_whenItsCancellationIsAskedFor_thenItEndsWithoutItsImage() throws Exception {
        pulling();
        var id = platform.submit(platform.function(Specs.of("slow")), "");
        waitsFor(id, FIRST);

        platform.requestCancel(id);

        assertThat(platform.ended(id).report().status()).isEqualTo(Status.CANCELLED);
        assertThat(platform.history(id).stream()
                        .filter(Running.class::isInstance)
                        .map(Running.class::cast))
                .last()
                .satisfies(last -> assertThat(last.cancelRequested()).isNotNull());
    }

    @Test
    void givenABootThatWaitsForNothingLong_whenItRuns_thenNoStateIsWrittenForIt() throws Exception {
        platform.spawner(1);
        var id = platform.submit(platform.function(Specs.of("slow")), "");

        platform.ended(id);

        assertThat(platform.history(id)).hasSize(3);
    }

    /** A newer version has written it. */
    @Test
    void givenARunThatWaits_whenItsStateBecomesUnreadable_thenItsSandboxIsRemoved() throws Exception {
        var spawner = pulling();
        var id = platform.submit(platform.function(Specs.of("slow")), "");
        waitsFor(id, FIRST);
        Platform.get(platform.nats.stream(Subjects.EVENTS)
                .append(Subjects.state(id), Map.of(), "{\"v\":2}".getBytes(StandardCharsets.UTF_8)));
        var booted = new CountDownLatch(1);
        spawner.engine().booted(spec -> booted.countDown());

        pulled.countDown();

        assertThat(booted.await(30, TimeUnit.SECONDS)).isTrue();
        Platform.until(
                "its sandbox is removed",
                Duration.ofSeconds(10),
                () -> spawner.engine().listContainers().isEmpty());
    }

    private Platform.Started pulling() throws Exception {
        var spawner = platform.spawner(1);
        spawner.engine().onBoot(pulled::await);
        spawner.engine().waits(Optional.of(FIRST));
        return spawner;
    }

    private void waitsFor(String id, String what) throws Exception {
        Platform.until("it says " + what, () -> Objects.equals(waitsFor(platform.state(id)), what));
    }

    private static String waitsFor(ActivationRecord record) {
        return record instanceof Running running ? String.valueOf(running.waitsFor()) : "";
    }
}
