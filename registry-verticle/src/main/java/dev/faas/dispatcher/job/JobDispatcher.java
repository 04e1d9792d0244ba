package dev.faas.dispatcher.job;

import dev.faas.activation.Canceller;
import dev.faas.dispatcher.job.ClaimedJob.Item;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.lifecycle.Blocking;
import dev.faas.lifecycle.BoundedParallel;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.lifecycle.RepeatingTask;
import dev.faas.nats.ObjectBucket;
import dev.faas.pg.Pg;
import dev.faas.wire.Codec;
import dev.faas.wire.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on jobs, a page at a time. Several dispatchers share the work.
 *
 * <pre>
 *   claimed ─▶ page stored ─▶ each item cancelled, or submitted under an id that follows from its index ─▶ settled
 *                  crash: the lease ends, and the page is done again: a cancel twice is one, an id is accepted once
 * </pre>
 *
 * Deliveries and dismissals are changed in Postgres alone, together with the cursor.
 */
public final class JobDispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(JobDispatcher.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final int JOBS_AT_ONCE = 8;
    private static final int ITEMS_AT_ONCE = 256;
    private static final int PAGE = 1_000;
    /** Their arguments are in memory. */
    private static final int SUBMITTED_PAGE = 100;
    /** When nothing says how long. */
    private static final int WAIT_SECONDS = 2;

    private final JobStore store;
    private final NamedSubmits submits;
    private final ObjectBucket outputs;
    private final Runnable onRedelivered;
    private final MeterRegistry meters;
    private final Cancels cancels;

    private JobDispatcher(
            JobStore store, NamedSubmits submits, ObjectBucket outputs, Runnable onRedelivered, MeterRegistry meters) {
        this.store = store;
        this.submits = submits;
        this.outputs = outputs;
        this.onRedelivered = onRedelivered;
        this.meters = meters;
        this.cancels = new Cancels(new Canceller(submits.events(), submits.queue(), InstantSource.system()));
    }

    /** @param onRedelivered is called when there are deliveries to send */
    public static void start(
            Lifecycle.Steps on,
            Pg pg,
            NamedSubmits submits,
            ObjectBucket outputs,
            Runnable onRedelivered,
            MeterRegistry meters)
            throws Exception {
        var dispatcher = new JobDispatcher(new JobStore(pg), submits, outputs, onRedelivered, meters);
        on.open(
                "jobs",
                () -> RepeatingTask.startPaced("jobs", LONGEST_PAUSE, dispatcher::runOnce),
                RepeatingTask::stop);
    }

    /** Blocks. */
    private Duration runOnce() throws Exception {
        var claimed = Blocking.await(store.claim(JOBS_AT_ONCE));
        BoundedParallel.runAll(claimed, JOBS_AT_ONCE, "jobs could not go on", this::workOn);
        return claimed.isEmpty() ? LONGEST_PAUSE : Duration.ZERO;
    }

    private void workOn(ClaimedJob job) throws Exception {
        if (job.page().isEmpty() && job.job().isStopping()) {
            Blocking.await(store.end(job));
            return;
        }
        switch (job.job().action()) {
            case REDELIVER -> {
                changed(job, Blocking.await(store.redeliver(job, PAGE)));
                onRedelivered.run();
            }
            case DISMISS -> changed(job, Blocking.await(store.dismiss(job, PAGE)));
            case CANCEL -> doPage(job, PAGE, cancels);
            case REPLAY, REDRIVE -> doPage(job, SUBMITTED_PAGE, new Replays(job, store, submits, outputs));
        }
    }

    /** @param items of a page; empty: there was none */
    private void changed(ClaimedJob job, Optional<Integer> items) throws Exception {
        if (items.isEmpty()) {
            Blocking.await(store.end(job));
        } else {
            count(job, "done", items.get());
        }
    }

    private void doPage(ClaimedJob job, int size, Work work) throws Exception {
        var page = job.page().isEmpty() ? Blocking.await(store.begin(job, size)) : Optional.of(job.page());
        if (page.isEmpty()) {
            Blocking.await(store.end(job));
            return;
        }
        var settled = Settled.of(job, act(job, page.get(), work));
        Blocking.await(store.settle(job, settled));
        count(job, "done", settled.done().size());
        count(job, "failed", settled.failed().size());
    }

    private Map<Item, Outcome> act(ClaimedJob job, List<Item> page, Work work) throws Exception {
        var subjects = Blocking.await(store.read(page, job.job().action().submits()));
        var outcomes = new ConcurrentHashMap<Item, Outcome>();
        BoundedParallel.runAll(page, ITEMS_AT_ONCE, "items have no outcome", item -> {
            var subject = subjects.get(item.id());
            // It may have been removed since.
            outcomes.put(item, subject == null ? Outcome.FAILED : act(job, item, subject, work));
        });
        return outcomes;
    }

    private static Outcome act(ClaimedJob job, Item item, Work.Subject subject, Work work) throws InterruptedException {
        try {
            return work.act(item, subject);
        } catch (InterruptedException e) {
            throw e;
        } catch (ProblemException refused) {
            var problem = refused.problem();
            return problem.mayPass()
                    ? new Outcome.Later(
                            Duration.ofSeconds(problem.retryAfterSeconds().orElse(WAIT_SECONDS)))
                    : Outcome.FAILED;
        } catch (Codec.CodecException unreadable) {
            return Outcome.FAILED;
        } catch (Exception e) {
            LOG.debug("item of a job not done yet job={} activation={}", job.id(), item.id(), e);
            return new Outcome.Later(Duration.ofSeconds(WAIT_SECONDS));
        }
    }

    private void count(ClaimedJob job, String outcome, int items) {
        Counter.builder("faas.job.items")
                .description("What jobs have worked on")
                .tag("action", job.job().action().text())
                .tag("outcome", outcome)
                .register(meters)
                .increment(items);
    }
}
