package dev.faas.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationView.Phases;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActivationViewTest {
    static Stream<Arguments> records() {
        return Stream.of(
                // As an older version wrote it: without sandbox and earlier attempts.
                Arguments.of("view", WireFormatTest.ENDED),
                Arguments.of("view-later", Samples.endedLater()),
                Arguments.of(
                        "view-of-schedule",
                        Samples.ofSchedule().claim(Samples.WORKER, "run-1", Samples.NOW.plusMillis(5))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void itShowsEverythingExceptPrivateData(String file, ActivationRecord record) throws IOException {
        var shown = Codec.readTree(Codec.write(ActivationView.of(record)));

        assertThat(shown).isEqualTo(Codec.readTree(WireFormatTest.golden(file)));
        assertThat(Codec.readTree(Codec.write(ActivationView.of(record).withoutResult()))
                        .path("result")
                        .isNull())
                .isTrue();
    }

    @Test
    void aQueuedOneHasTheSameMembersAndNeverTheArgument() throws IOException {
        var shown = Codec.toTree(ActivationView.of(Samples.queued()));

        assertThat(shown.toString()).doesNotContain("☃");
        assertThat(shown.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(
                        () -> Codec.readTree(view()).fieldNames());
    }

    private static byte[] view() {
        try {
            return WireFormatTest.golden("view");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aRunShowsWhatItWaitsFor() {
        var waiting = Samples.running().withWaitsFor("Its image is being pulled.");

        assertThat(ActivationView.of(waiting).exit().detail()).isEqualTo("Its image is being pulled.");
        assertThat(ActivationView.of(waiting.withWaitsFor(null)).exit().detail())
                .isNull();
    }

    @Test
    void aDetailHasNoControlCharacterOfAValueFromOutside() {
        var outside = "image '\u001b]0;x\u0007\r\n'";
        var safe = "image '\\u001b]0;x\\u0007\\u000d\\u000a'";
        var failed = Samples.running()
                .finish(
                        Report.neverStarted(
                                Report.Exit.of(Status.FAILED, Reason.IMAGE_NOT_FOUND, outside), Samples.NOW, null),
                        Duration.ZERO);

        assertThat(ActivationView.of(failed).exit().detail()).isEqualTo(safe);
        assertThat(ActivationView.of(Samples.running().withWaitsFor(outside))
                        .exit()
                        .detail())
                .isEqualTo(safe);
    }

    static Stream<Arguments> phases() {
        var now = Samples.NOW;
        var released = (ActivationRecord.Queued) Samples.running().release(true, now.plusMillis(100));
        var notPulled = Report.neverStarted(
                Report.Exit.of(Status.FAILED, Reason.IMAGE_PULL_FAILED, "no"), now.plusMillis(905), 900L);
        return Stream.of(
                Arguments.of("queued", Samples.queued(), new Phases(null, null, null, null)),
                Arguments.of("running", Samples.running(), new Phases(5L, null, null, null)),
                Arguments.of(
                        "running again, without a back-off",
                        released.claim(Samples.WORKER, "run-2", now.plusMillis(130)),
                        new Phases(30L, null, null, null)),
                Arguments.of(
                        "running again, after a back-off",
                        Samples.retried().claim(Samples.WORKER, "run-2", now.plusMillis(1050)),
                        new Phases(3L, null, null, null)),
                Arguments.of(
                        "running again, queued by an older version",
                        withoutAttempts(released).claim(Samples.WORKER, "run-2", now.plusMillis(130)),
                        new Phases(null, null, null, null)),
                Arguments.of(
                        "cancelled between two attempts",
                        Samples.retried().cancel(Reason.CANCELLED_BY_USER, now),
                        new Phases(null, null, null, null)),
                Arguments.of(
                        "image not pulled",
                        Samples.running().finish(notPulled, Duration.ZERO),
                        new Phases(5L, 900L, null, null)));
    }

    /** After an attempt that counts: the old record still tells that there was one. */
    private static ActivationRecord.Queued withoutAttempts(ActivationRecord.Queued queued) {
        return new ActivationRecord.Queued(
                queued.activation(), 1, 0, null, queued.lastReason(), null, queued.expiresAt(), false, List.of());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("phases")
    void thePhasesAreThoseOfTheLastRun(String what, ActivationRecord record, Phases expected) {
        assertThat(ActivationView.of(record).run().phases()).isEqualTo(expected);
    }
}
