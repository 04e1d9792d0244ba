package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.ActivationRecord;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs from their request to their end. */
class JobsTest extends JobFixture {
    private static final String DEAD_LETTERS = "/v1/dead-letters";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/jobs                 | {'filter': {'all': true}}                                    | action
            /v1/jobs                 | {'action': 'delete', 'filter': {'all': true}}                | action
            /v1/jobs                 | {'action': 'cancel'}                                         | filter
            /v1/jobs                 | {'action': 'cancel', 'filter': {}}                           | filter
            /v1/jobs                 | {'action': 'cancel', 'filter': {'status': []}}               | filter
            /v1/jobs                 | {'action': 'cancel', 'filter': {'all': false}}               | filter
            /v1/jobs                 | {'action': 'cancel', 'filter': {'all': true, 'batch': 'x'}}  | filter
            /v1/jobs                 | {'action': 'cancel', 'filter': {'status': ['failed']}}       | filter.status
            /v1/jobs                 | {'action': 'replay', 'filter': {'status': ['lost']}}         | filter.status
            /v1/jobs                 | {'action': 'replay', 'filter': {'since': 'yesterday'}}       | filter.since
            /v1/jobs                 | {'action': 'replay', 'filter': {'tag': ['x']}}               | filter.tag
            /v1/jobs                 | {'action': 'replay', 'filter': {'state': 'failed'}}          | filter.state
            /v1/jobs                 | {'action': 'redeliver', 'filter': {'destination': 'erp'}}    | filter.destination
            /v1/jobs                 | {'action': 'redeliver', 'filter': {'status': ['failed']}}    | filter.status
            /v1/dead-letters/redrive | {'filter': {}}                                               | filter
            /v1/dead-letters/dismiss | {'filter': {'status': ['failed']}}                           | filter.status
            /v1/dead-letters/dismiss | {'action': 'replay', 'filter': {'all': true}}                | action
            """)
    void givenARequestThatIsRefused_whenSent_thenItNamesTheField(String path, String body, String field) {
        var refused = user.post(path, json(body));

        assertThat(refused.code()).isEqualTo("invalid_request");
        assertThat(refused.json().getJsonArray("errors").stream().map(error -> ((JsonObject) error).getString("field")))
                .contains(field);
        assertThat(user.get(JOBS).items()).isEmpty();
    }

    @Test
    void givenQueuedAndRunningOnes_whenCancelled_thenAllOfThemAreAndNoOther() throws Exception {
        var queued = new ArrayList<Story>();
        for (int i = 0; i < 20; i++) {
            queued.add(queued("a" + i));
        }
        var running = queued("running").claimed("run-1");
        awaitStatus(running.id(), "running");
        var failed = failed("failed");
        var later = queued(functionId, "resize", "later", Instant.now().plusSeconds(60));
        var otherFunction = queued(createWithQueue("other"), "other", "x", Instant.now());
        var matched = user.post(JOBS, json("{'action': 'cancel', 'filter': {'function': 'resize'}, 'dryRun': true}"));

        var id = make(JOBS, "{'action': 'cancel', 'filter': {'function': 'resize'}}");

        assertThat(matched.status()).isEqualTo(200);
        assertThat(matched.json()).isEqualTo(json("{'matched': 21}"));
        assertThat(ended(id).getMap())
                .containsEntry("action", "cancel")
                .containsEntry("filter", Map.of("function", "resize"))
                .containsEntry("state", "completed")
                .containsEntry("matched", 21)
                .containsEntry("done", 21)
                .containsEntry("failed", 0)
                .containsEntry("batchId", null);
        queued.forEach(story -> awaitStatus(story.id(), "cancelled"));
        // Nobody runs it: what finds that out ends it.
        awaitStatus(running.id(), "cancelled");
        assertThat(later.refreshed().record()).isInstanceOf(ActivationRecord.Queued.class);
        assertThat(otherFunction.refreshed().record()).isInstanceOf(ActivationRecord.Queued.class);
        awaitStatus(failed, "failed");
        assertThat(queued.stream().map(story -> ActivationCommand.of(story.activation)))
                .noneMatch(command -> queue.contains(command).join());
        assertThat(user.get(JOBS).items()).hasSize(1);
        var metrics =
                new Client(registry.internalPort(), "none").get("/metrics").text();
        assertThat(metrics).contains("faas_job_items_total{action=\"cancel\",outcome=\"done\"");
    }

    @Test
    void givenFailedOnes_whenReplayed_thenTheyAreSubmittedAgainAsOneBatch() throws Exception {
        var originals = List.of(failed("a"), failed("b"));
        var gone = createWithQueue("gone");
        failed(gone, "gone", "c");
        user.delete("/v1/functions/gone");

        var id = make(JOBS, "{'action': 'replay', 'filter': {'status': ['failed']}}");

        var job = ended(id);
        assertThat(job.getMap())
                .containsEntry("matched", 3)
                .containsEntry("done", 2)
                .containsEntry("failed", 1);
        var batch = job.getString("batchId");
        Await.eventually(() -> items(batch).size() == 2);
        for (int i = 0; i < 2; i++) {
            var replayed = events.acceptedState(items(batch).get(i)).join().orElseThrow();
            assertThat(replayed.order().argument()).isEqualTo(i == 0 ? "a" : "b");
            assertThat(replayed.activation().tags()).isEqualTo(Map.of("order", i == 0 ? "a" : "b"));
            assertThat(replayed.activation().batch().content()).isEqualTo(originals.get(i));
        }
        assertThat(user.get("/v1/batches/" + batch).json().getMap())
                .containsEntry("function", null)
                .containsEntry("state", "closed")
                .containsEntry("size", 3)
                .containsEntry("accepted", 2)
                .containsEntry("rejected", 1);
        assertThat(user.get(DEAD_LETTERS).items()).hasSize(3);
    }

    @Test
    void givenSubmitsThatMayPassLater_whenReplayed_thenThePageWaitsAndGoesOn() throws Exception {
        failed("a");
        registry.bus.kv(Subjects.SUSPENDED).put(owner, new byte[] {'1'}).join();

        var id = make(JOBS, "{'action': 'replay', 'filter': {'status': ['failed']}}");

        Await.eventually(() -> registry.backends.number(
                        "select count(*) from job where id = '" + id + "' and page is not null and due_at > now()")
                == 1);
        registry.bus.kv(Subjects.SUSPENDED).delete(owner).join();
        Await.eventually(() -> {
            registry.backends.run("update job set due_at = now() where id = '" + id + "' and leased_until is null");
            return job(id).getString("endedAt") != null;
        });
        assertThat(job(id).getMap()).containsEntry("done", 1).containsEntry("failed", 0);
        Await.eventually(() -> items(job(id).getString("batchId")).size() == 1);
    }

    @Test
    void givenAFunctionThatIsPausedAndRefuses_whenReplayed_thenThePageWaitsForIt() throws Exception {
        failed("a");
        user.post("/v1/functions/resize/pause", new JsonObject().put("submits", "refuse"));

        var id = make(JOBS, "{'action': 'replay', 'filter': {'status': ['failed']}}");

        Await.eventually(() -> registry.backends.number(
                        "select count(*) from job where id = '" + id + "' and page is not null and due_at > now()")
                == 1);
        assertThat(job(id).getMap()).containsEntry("done", 0).containsEntry("failed", 0);
    }

    private List<String> items(String batch) {
        return user.get("/v1/batches/" + batch + "/items").items().stream()
                .map(item -> ((JsonObject) item).getString("activationId"))
                .toList();
    }

    @Test
    void givenDeadLetters_whenRedrivenOrDismissed_thenTheyAreNoneAnyMoreAndNameTheirSuccessor() throws Exception {
        var first = failed("a");
        var second = failed("b");
        var gone = failed(createWithQueue("gone"), "gone", "c");
        user.delete("/v1/functions/gone");

        var redriven = ended(make(DEAD_LETTERS + "/redrive", "{'filter': {'function': 'resize'}}"));

        assertThat(redriven.getMap()).containsEntry("action", "redrive").containsEntry("done", 2);
        Await.eventually(() -> items(redriven.getString("batchId")).size() == 2);
        assertThat(List.of(redrivenAs(first), redrivenAs(second))).isEqualTo(items(redriven.getString("batchId")));
        assertThat(letters()).containsExactly(gone);

        var refused = ended(make(JOBS, "{'action': 'redrive', 'filter': {'all': true}}"));
        assertThat(refused.getMap()).containsEntry("matched", 1).containsEntry("failed", 1);
        assertThat(letters()).containsExactly(gone);

        var dismissed = ended(make(DEAD_LETTERS + "/dismiss", "{'filter': {'reason': ['exit_code']}}"));
        assertThat(dismissed.getMap()).containsEntry("done", 1).containsEntry("batchId", null);
        assertThat(letters()).isEmpty();
        assertThat(redrivenAs(gone)).isNull();
        assertThat(user.get("/v1/activations?status=failed").items()).hasSize(3);
    }

    private List<String> letters() {
        return user.get(DEAD_LETTERS).items().stream()
                .map(item -> ((JsonObject) item).getString("activationId"))
                .toList();
    }

    private String redrivenAs(String id) {
        return user.get("/v1/activations/" + id).json().getString("redrivenAs");
    }

    @Test
    void givenAKey_whenRepeated_thenItIsTheSameJobAndAnotherRequestIsRefused() throws Exception {
        var body = json("{'action': 'cancel', 'filter': {'all': true}}");
        var first = user.send("POST", JOBS, body.encode(), "Idempotency-Key", "k");
        var repeat = user.send("POST", JOBS, body.encode(), "Idempotency-Key", "k");
        var other = user.send("POST", JOBS, body.copy().put("action", "replay").encode(), "Idempotency-Key", "k");

        assertThat(first.header("Location")).isEqualTo(JOBS + "/" + first.json().getString("jobId"));
        assertThat(repeat.json()).isEqualTo(first.json());
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
        registry.backends.run("update job set created_at = now() - interval '25 hours' where owner = '" + owner + "'");
        var aDayLater = user.send("POST", JOBS, body.encode(), "Idempotency-Key", "k");
        assertThat(aDayLater.status()).isEqualTo(202);
        assertThat(aDayLater.json()).isNotEqualTo(first.json());
        assertThat(registry.backends.text("select string_agg(action, ' ' order by seq) from audit where project = '"
                        + owner + "' and action like 'job%'"))
                .isEqualTo("job.create job.create");
    }

    @Test
    void givenAsManyJobsAsAllowed_whenAnotherIsMade_thenItIsRefusedUntilOneIsStopped() throws Exception {
        var open = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            open.add(waiting());
        }
        var body = json("{'action': 'cancel', 'filter': {'all': true}}");

        assertThat(user.post(JOBS, body).code()).isEqualTo("quota_exceeded");

        var stopped = user.delete(JOBS + "/" + open.getFirst());
        assertThat(stopped.status()).isEqualTo(202);
        assertThat(stopped.json().getString("state")).isEqualTo("stopping");
        assertThat(ended(open.getFirst()).getString("state")).isEqualTo("stopped");
        assertThat(user.post(JOBS, body).status()).isEqualTo(202);
        assertThat(user.delete(JOBS + "/" + open.getFirst()).json().getString("state"))
                .isEqualTo("stopped");
        assertThat(registry.backends.number(
                        "select count(*) from audit where project = '" + owner + "' and action = 'job.stop'"))
                .isEqualTo(1);
    }

    /** A job whose next page is due in an hour. */
    private String waiting() throws Exception {
        var id = Ids.job(Instant.now());
        registry.backends.run("""
                insert into job (id, owner, action, filter, state, matched, hidden_until, created_at, due_at)
                values ('%s', '%s', 'cancel', '{"all": true}', 'running', 1, now() - interval '1 day', now(),
                    now() + interval '1 hour')""".formatted(id, owner));
        return id;
    }

    @Test
    void givenAnothersJob_whenReadOrStopped_thenItDoesNotExist() throws Exception {
        var id = waiting();
        var other = registry.client();

        assertThat(other.get(JOBS + "/" + id).code()).isEqualTo("job_not_found");
        assertThat(other.delete(JOBS + "/" + id).code()).isEqualTo("job_not_found");
        assertThat(other.get(JOBS).items()).isEmpty();
        assertThat(job(id).getString("state")).isEqualTo("running");
    }
}
