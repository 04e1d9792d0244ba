package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.batch.Batch;
import dev.faas.testing.Await;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What becomes of a job whose dispatcher dies between an item and the cursor: the page is done again. */
class JobCrashTest extends JobFixture {
    /** As its dispatcher left it, when the lease ends. */
    private void leave(String job, String page) throws Exception {
        registry.backends.run("update job set state = 'running', ended_at = null, done = 0, page = '"
                + page.replace('\'', '"') + "', leased_until = now() - interval '1 second' where id = '" + job + "'");
    }

    private long items(String batch) throws Exception {
        return registry.backends.number("select count(*) from activation where batch_id = '" + batch + "'");
    }

    @Test
    void ofAReplay() throws Exception {
        var first = failed("a");
        var job = make(JOBS, "{'action': 'replay', 'filter': {'status': ['failed']}}");
        var batch = ended(job).getString("batchId");
        Await.eventually(() -> items(batch) == 1);
        var accepted = registry.backends.text("select id from activation where batch_id = '" + batch + "'");
        var second = failed("b");

        // The first of them was submitted before the crash, the second one was not.
        leave(job, "{'" + first + "': 0, '" + second + "': 1}");

        assertThat(ended(job).getInteger("done")).isEqualTo(2);
        Await.eventually(() -> items(batch) == 2);
        assertThat(registry.backends.text("select min(id) from activation where batch_id = '" + batch + "'"))
                .isEqualTo(accepted);
    }

    @Test
    void ofACancel() throws Exception {
        var first = queued("a");
        var job = make(JOBS, "{'action': 'cancel', 'filter': {'function': 'resize'}}");
        ended(job);
        var end = first.refreshed().sequence();
        var second = queued("b");

        leave(job, "{'" + first.id() + "': 0, '" + second.id() + "': 1}");

        assertThat(ended(job).getMap()).containsEntry("done", 2).containsEntry("failed", 0);
        assertThat(first.refreshed().sequence()).isEqualTo(end);
        awaitStatus(second.id(), "cancelled");
    }

    /** Submitted, and not marked yet; its function is deleted meanwhile. */
    @Test
    void ofARedrive() throws Exception {
        var letter = failed("a");
        var job = make("/v1/dead-letters/redrive", "{'filter': {'all': true}}");
        var batch = ended(job).getString("batchId");
        Await.eventually(() -> items(batch) == 1);
        registry.backends.run("update activation set redriven_as = null where id = '" + letter + "'");

        user.delete("/v1/functions/resize");
        leave(job, "{'" + letter + "': 0}");
        ended(job);

        assertThat(registry.backends.text("select redriven_as from activation where id = '" + letter + "'"))
                .isEqualTo(registry.backends.text("select id from activation where batch_id = '" + batch + "'"));
        assertThat(items(batch)).isEqualTo(1);
    }

    /** The ledger may have dropped what the page submitted: it is only looked up. */
    @Test
    void ofAReplay_aDayLater() throws Exception {
        var failed = failed("a");
        var old = Instant.now().minus(Duration.ofHours(23)).minusSeconds(1);
        var batch = Batch.open(owner, Batch.Target.NONE, null, old).id();
        var job = Ids.job(old);
        registry.backends.run("""
                insert into batch (id, owner, function_id, function_name, revision, state, seed)
                values ('%s', '%s', '', '', 0, 'open', '\\x01')""".formatted(batch, owner));
        registry.backends.run("""
                insert into job (id, owner, action, filter, state, matched, batch_id, hidden_until, created_at, page)
                values ('%s', '%s', 'replay', '{"all": true}', 'running', 1, '%s', now() - interval '2 days', now(),
                    '{"%s": 0}')""".formatted(job, owner, batch, failed));

        assertThat(ended(job).getMap()).containsEntry("done", 0).containsEntry("failed", 1);
        assertThat(items(batch)).isZero();
    }
}
