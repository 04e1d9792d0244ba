package dev.faas.registry.job;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.acceptance.IdempotencyKey;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.job.Job;
import dev.faas.job.JobAction;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.ledger.Retention;
import dev.faas.registry.paging.PathRef;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Serves {@code /v1/jobs}, and the calls that make jobs of dead letters. The dispatcher works on them. */
public final class JobRoutes {
    private static final int MAX_SMALL_BODY = 64 * 1024;
    private static final int QUOTA_RETRY_SECONDS = 10;
    /** Each item of a batch has an index below. */
    private static final int MOST_MATCHED = 1_000_000;

    private final JobStore store;
    private final QuotaSettings quotas;
    private final Retention retention;
    private final TokenVerifier verifier;
    private final Origins origins;

    public JobRoutes(
            JobStore store, QuotaSettings quotas, Retention retention, TokenVerifier verifier, Origins origins) {
        this.store = store;
        this.quotas = quotas;
        this.retention = retention;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var invoker = Authenticated.by(verifier, Scope.INVOKE);
        var json = Bodies.json(MAX_SMALL_BODY);
        on.post("/v1/jobs").handler(invoker).handler(json).respond(ctx -> create(ctx, null));
        on.get("/v1/jobs").handler(reader).respond(this::list);
        on.get("/v1/jobs/:ref").handler(reader).respond(this::get);
        on.delete("/v1/jobs/:ref").handler(invoker).respond(this::stop);
        on.post("/v1/dead-letters/redrive")
                .handler(invoker)
                .handler(json)
                .respond(ctx -> create(ctx, JobAction.REDRIVE));
        on.post("/v1/dead-letters/dismiss")
                .handler(invoker)
                .handler(json)
                .respond(ctx -> create(ctx, JobAction.DISMISS));
    }

    private Future<Buffer> create(RoutingContext ctx, @Nullable JobAction action) {
        var key = Optional.ofNullable(ctx.request().getHeader(IdempotencyKey.HEADER))
                .map(IdempotencyKey::new);
        var request = JobRequest.of(JsonFields.of(ctx), action);
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var fresh = new JobStore.NewJob(
                userId(ctx),
                request,
                now,
                retention.recordsCutoff(now),
                key.map(IdempotencyKey::text).orElse(null));
        if (request.dryRun()) {
            return store.count(fresh, MOST_MATCHED + 1).map(matched -> matched(ctx, requireInBounds(matched)));
        }
        return store.findRepeated(fresh)
                .compose(known -> known.map(Future::succeededFuture)
                        .orElseGet(() -> store.count(fresh, MOST_MATCHED + 1)
                                .compose(matched -> store.insert(
                                        fresh, requireInBounds(matched), this::requireRoom, origins.of(ctx)))))
                .map(job -> {
                    ctx.response().setStatusCode(202).putHeader(HttpHeaders.LOCATION, "/v1/jobs/" + job);
                    return JsonAnswer.of(
                            ctx, JsonNodeFactory.instance.objectNode().put("jobId", job));
                });
    }

    private static Buffer matched(RoutingContext ctx, int matched) {
        return JsonAnswer.of(ctx, JsonNodeFactory.instance.objectNode().put("matched", matched));
    }

    private static int requireInBounds(int matched) {
        if (matched > MOST_MATCHED) {
            throw Problem.invalid(
                            "filter",
                            "must select at most " + MOST_MATCHED + ": make several jobs, such as by since and until")
                    .asException();
        }
        return matched;
    }

    private void requireRoom(QuotaStore.Usage usage) {
        long most = quotas.of(usage.overrides()).of(Quota.Limit.OPEN_JOBS);
        if (usage.waiting().openJobs() > most) {
            throw Problem.quotaExceeded(
                            "You have " + most + " jobs that have not ended, the most that one user may have."
                                    + " Wait until one has ended, or stop one.",
                            QUOTA_RETRY_SECONDS)
                    .asException();
        }
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("jobs", userId(ctx)), Ids::isJob);
        return store.list(userId(ctx), page.after(), page.fetchLimit())
                .map(found -> page.answer(ctx, found, Job::toView, Job::id));
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return store.find(userId(ctx), ref(ctx)).map(found -> render(ctx, found));
    }

    private Future<Buffer> stop(RoutingContext ctx) {
        return store.stop(userId(ctx), ref(ctx), origins.of(ctx)).map(found -> {
            ctx.response().setStatusCode(202);
            return render(ctx, found);
        });
    }

    private static Buffer render(RoutingContext ctx, Optional<Job> found) {
        return JsonAnswer.of(
                ctx, found.orElseThrow(() -> notFound(ctx.pathParam("ref"))).toView());
    }

    private static String ref(RoutingContext ctx) {
        return PathRef.of(ctx, JobRoutes::notFound);
    }

    private static RuntimeException notFound(String job) {
        return Problem.of(404, "job_not_found", "Job not found", "You have no job '" + job + "'.")
                .asException();
    }
}
