package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.CommandQueue.QueueStats;
import dev.faas.activation.PendingRetry;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.Snapshot;
import dev.faas.activation.Status;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, unit = TimeUnit.SECONDS)
class CancelTest {
    private static final int RACES = 60;

    @AutoClose
    static RunningGateway faas;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        faas = new RunningGateway(directory);
        faas.function("endless");
    }

    @BeforeEach
    void quiet() {
        faas.registry.answersNothing();
    }

    private static GatewayAnswer cancel(String user, String id) throws IOException, InterruptedException {
        return faas.send(faas.as(user, "/v1/activations/" + id).DELETE());
    }

    private static GatewayAnswer cancel(String id) throws IOException, InterruptedException {
        return cancel(faas.alice, id);
    }

    private static CompletableFuture<GatewayAnswer> cancelAsync(String id) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return cancel(id);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static Snapshot newest(String id) {
        return Await.await(faas.events.lastFromLeader(id)).orElseThrow();
    }

    private static boolean isQueued(String id) {
        return Await.await(
                faas.queue.contains(ActivationCommand.of(newest(id).record().activation())));
    }

    @Test
    void givenAQueuedActivation_whenCancelled_thenItHasEndedAndItsCommandIsRemoved() throws Exception {
        var id = faas.accepted("endless", "x");
        Await.until("it is queued", () -> isQueued(id));

        var answer = cancel(id);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.field("activationId")).isEqualTo(id);
        assertThat(answer.field("status")).isEqualTo("cancelled");
        assertThat(isQueued(id)).isFalse();
        var record = faas.get("/v1/activations/" + id);
        assertThat(record.field("status")).isEqualTo("cancelled");
        assertThat(record.field("reason")).isEqualTo("cancelled_by_user");
        assertThat(record.json().path("startedAt").isNull()).isTrue();
    }

    @Test
    void givenACommandThatASpawnerHasPulledAndNotClaimed_whenCancelled_thenTheFunctionsSlotIsFree() throws Exception {
        var function = faas.function("taken");
        Await.await(faas.queue.ensureConsumer(function));
        var id = faas.accepted("taken", "x");
        try (var puller = faas.queue.openPuller(unexpected -> {})) {
            var pulled = Await.await(puller.pull(function.id(), Duration.ofSeconds(20)));
            assertThat(pulled).isInstanceOf(PullResult.Message.class);

            assertThat(cancel(id).field("status")).isEqualTo("cancelled");

            Await.until(
                    "the slot is free",
                    () -> Await.await(faas.queue.stats(function.id()))
                            .map(QueueStats::running)
                            .filter(running -> running == 0)
                            .isPresent());
        }
    }

    @Test
    void givenARunningActivation_whenCancelledTwice_thenItIsMarkedOnceAndBothAreAccepted() throws Exception {
        var id = faas.accepted("endless", "x");
        faas.claim(id);

        var first = cancel(id);
        var marked = newest(id);
        var second = cancel(id);

        assertThat(first.status()).isEqualTo(202);
        assertThat(first.field("status")).isEqualTo("running");
        assertThat(((ActivationRecord.Running) marked.record()).cancelRequested())
                .isEqualTo(Reason.CANCELLED_BY_USER);
        assertThat(second.status()).isEqualTo(202);
        assertThat(newest(id).sequence()).isEqualTo(marked.sequence());
    }

    @Test
    void givenAPendingRetry_whenCancelled_thenItHasEndedAndTheRetryIsRemoved() throws Exception {
        var id = faas.accepted("endless", "x");
        faas.claim(id).handBack();
        var command = ActivationCommand.of(newest(id).record().activation());
        Await.await(
                faas.queue.scheduleRetry(new PendingRetry(command, Instant.now().plusSeconds(60))));

        var answer = cancel(id);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(newest(id).record().currentStatus()).isEqualTo(Status.CANCELLED);
        assertThat(Await.await(faas.bus.stream(Subjects.RETRIES).lastFromLeader(Subjects.retry(id))))
                .isEmpty();
    }

    @Test
    void givenAnEndedActivation_whenCancelled_thenItKeepsItsOutcome() throws Exception {
        var id = faas.accepted("endless", "x");
        faas.claim(id).out("42").succeed();

        var answer = cancel(id);

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("already_finished");
        assertThat(faas.get("/v1/activations/" + id).field("status")).isEqualTo("succeeded");
    }

    @Test
    void givenAnActivationCancelledInTheQueue_whenCancelledAgain_thenItHasFinished() throws Exception {
        var id = faas.accepted("endless", "x");
        cancel(id);

        assertThat(cancel(id).code()).isEqualTo("already_finished");
    }

    @Test
    void givenAPrunedOrUnknownActivation_whenCancelled_thenTheLedgerDecides() throws Exception {
        var id = Ids.activation(Instant.now());
        assertThat(cancel(id).code()).isEqualTo("activation_not_found");

        faas.registry.answers(request -> request.response()
                .putHeader("Content-Type", "application/json")
                .end("{\"activationId\":\"" + id + "\",\"status\":\"succeeded\"}"));

        assertThat(cancel(id).code()).isEqualTo("already_finished");
    }

    @Test
    void givenAnotherUsersActivation_whenCancelled_thenItIsNotFoundAndContinues() throws Exception {
        var id = faas.accepted("endless", "x");

        var answer = cancel(faas.bob, id);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("activation_not_found");
        assertThat(newest(id).record()).isInstanceOf(ActivationRecord.Queued.class);
        // Like an unknown one.
        assertThat(faas.registry.asked()).containsExactly("GET /v1/activations/" + id);
    }

    @Test
    void givenAConcurrentCancelAndClaim_whenBothAreDone_thenItIsEitherCancelledOrMarked() throws Exception {
        var seen = EnumSet.noneOf(Status.class);
        for (int i = 0; i < RACES; i++) {
            var id = faas.accepted("endless", "x");
            var queued = newest(id);
            var claim = ((ActivationRecord.Queued) queued.record())
                    .claim(new dev.faas.activation.Worker("spawner-1", "1"), "run-" + i, Instant.now());

            var cancel = cancelAsync(id);
            if (i % 2 == 0) {
                // Delays the claim, so that both orders occur.
                Await.await(faas.events.lastFromLeader(id));
            }
            var claimed = Await.await(faas.events.append(claim, queued.sequence()));

            var answer = Await.await(cancel);
            assertThat(answer.status()).isEqualTo(202);
            var end = newest(id).record();
            assertThat(answer.field("status")).isEqualTo(end.currentStatus().text());
            if (claimed instanceof AppendResult.Stored) {
                assertThat(end).isInstanceOf(ActivationRecord.Running.class);
                assertThat(((ActivationRecord.Running) end).cancelRequested()).isEqualTo(Reason.CANCELLED_BY_USER);
            } else {
                assertThat(end.currentStatus()).isEqualTo(Status.CANCELLED);
            }
            seen.add(end.currentStatus());
        }
        assertThat(seen).isSubsetOf(Status.CANCELLED, Status.RUNNING).isNotEmpty();
    }

    @Test
    void givenAConcurrentCancelAndFinish_whenBothAreDone_thenTheRunKeepsItsOutcome() throws Exception {
        var answers = new java.util.HashSet<Integer>();
        for (int i = 0; i < RACES; i++) {
            var id = faas.accepted("endless", "x");
            faas.claim(id);

            var cancel = cancelAsync(id);
            finish(id);

            answers.add(Await.await(cancel).status());
            assertThat(newest(id).record().currentStatus()).isEqualTo(Status.SUCCEEDED);
        }
        assertThat(answers).isSubsetOf(Set.of(202, 409));
    }

    /** Like a spawner: stores the outcome even if another state was stored meanwhile. */
    private static void finish(String id) {
        var now = newest(id);
        while (now.record() instanceof ActivationRecord.Running running) {
            var end = running.finish(succeeded(), Duration.ZERO);
            now = switch (Await.await(faas.events.append(end, now.sequence()))) {
                case AppendResult.Stored stored -> stored.snapshot();
                case AppendResult.Superseded other -> other.actual().orElseThrow();
            };
        }
    }

    private static Report succeeded() {
        var now = Instant.now();
        return new Report(
                Report.Exit.succeeded(),
                new Report.Usage(now, now, 1, 1, null, null),
                new Report.Output("", 0, false, 0, false, 0),
                Report.Container.NONE);
    }
}
