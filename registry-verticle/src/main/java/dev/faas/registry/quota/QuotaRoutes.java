package dev.faas.registry.quota;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.queue.QueueTable;
import dev.faas.audit.AdminGuard;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.quota.Quota.Limit;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.quota.QuotaStore.Usage;
import dev.faas.wire.Ids;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves {@code /v1/admin/projects}, and the quota of one project to its user and to admins. A personal project's id is its user's. */
public final class QuotaRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaRoutes.class);
    private static final String PROJECT = "project";
    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int MAX_LIMIT = 1_000_000_000;
    private static final int KIBIBYTE = 1024;
    private static final int MEBIBYTE = KIBIBYTE * KIBIBYTE;

    private final QuotaStore store;
    private final QuotaBucket bucket;
    private final QuotaSettings settings;
    private final TokenVerifier verifier;
    private final Origins origins;
    /** Of each owner, as of a few seconds ago. */
    private volatile Map<String, Long> queued = Map.of();

    private volatile Map<String, Long> running = Map.of();

    public QuotaRoutes(
            QuotaStore store,
            QuotaBucket bucket,
            QuotaSettings settings,
            QueueTable table,
            TokenVerifier verifier,
            Origins origins) {
        this.store = store;
        this.bucket = bucket;
        this.settings = settings;
        this.verifier = verifier;
        this.origins = origins;
        table.onTable(latest -> {
            queued = latest.queuedByOwner();
            running = latest.runningByOwner();
        });
    }

    public void add(Router on, AdminGuard admins) {
        var user = Authenticated.by(verifier, Scope.READ);
        on.get("/v1/projects/:project/quota").handler(user).respond(this::get);
        admins.on(on.get("/v1/admin/projects")).respond(this::list);
        admins.on(on.patch("/v1/admin/projects/:project"))
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::change);
    }

    private Future<ObjectNode> get(RoutingContext ctx) {
        var caller = Authenticated.principal(ctx);
        var owner = ctx.pathParam(PROJECT);
        boolean isSeen = owner.equals(caller.userId()) || caller.roles().contains(Principal.ADMIN);
        if (!isSeen || !Ids.isUser(owner)) {
            throw notFound(ctx).asException();
        }
        return store.usage(owner).map(usage -> {
            var body = JsonNodeFactory.instance.objectNode();
            addLimitsAndUse(body, usage);
            return body;
        });
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("projects"), Ids::isUser);
        var after = page.after() == null ? "" : page.after();
        return store.list(after, page.fetchLimit()).map(found -> page.answer(ctx, found, this::view, Usage::owner));
    }

    private Future<ObjectNode> change(RoutingContext ctx) {
        var owner = ctx.pathParam(PROJECT);
        if (!Ids.isUser(owner)) {
            throw notFound(ctx).asException();
        }
        var changes = readChanges(Bodies.object(ctx));
        return store.change(owner, changes, origins.of(ctx))
                .compose(stored -> {
                    LOG.info(
                            "quota changed owner={} by={} limits={}",
                            owner,
                            Authenticated.userId(ctx),
                            changes == null ? "defaults" : changes);
                    return bucket.write(owner).recover(failure -> {
                        LOG.warn("quota not published yet owner={} cause={}", owner, failure.getMessage());
                        return Future.failedFuture(Problem.notPublished(
                                        "The quota is stored and will take effect, but the platform could not publish it yet.")
                                .asException());
                    });
                })
                .compose(written -> store.usage(owner))
                .map(this::view);
    }

    /** The limits to change; null: all are the defaults again. */
    private static @Nullable ObjectNode readChanges(ObjectNode body) {
        boolean resets = body.has("quota") && body.get("quota").isNull();
        var fields = JsonFields.of(body);
        var changes = JsonNodeFactory.instance.objectNode();
        var quota = fields.object("quota");
        if (quota.isPresent()) {
            var given = body.get("quota");
            for (var limit : Limit.values()) {
                var name = limit.field();
                if (given.has(name) && given.get(name).isNull()) {
                    quota.get().ignore(name);
                    changes.putNull(name);
                } else {
                    quota.get().optionalInteger(name, 1, MAX_LIMIT).ifPresent(value -> changes.put(name, value));
                }
            }
        } else if (!resets) {
            fields.addError("quota", "is required");
        }
        fields.requireValid();
        return resets ? null : changes;
    }

    private ObjectNode view(Usage usage) {
        var body = JsonNodeFactory.instance.objectNode();
        body.put("id", usage.owner());
        body.set("quota", usage.overrides());
        addLimitsAndUse(body, usage);
        return body;
    }

    private void addLimitsAndUse(ObjectNode body, Usage usage) {
        var limits = settings.of(usage.overrides());
        boolean isMeasured = limits.isLimited(Limit.STORED_MB);
        body.set("limits", limits.toJson());
        body.putObject("used")
                .put(Limit.FUNCTIONS.field(), usage.functions())
                .put(Limit.SPEC_KB.field(), roundUp(usage.specBytes(), KIBIBYTE))
                .put(Limit.RUNNING.field(), running.getOrDefault(usage.owner(), 0L))
                .put(Limit.QUEUED.field(), queued.getOrDefault(usage.owner(), 0L))
                .put(Limit.DELAYED.field(), usage.waiting().delayed())
                .put(Limit.SCHEDULES.field(), usage.waiting().schedules())
                .put(Limit.SCHEDULE_TICKS_PER_HOUR.field(), usage.waiting().ticksPerHour())
                .put(Limit.HOOKS.field(), usage.waiting().hooks())
                .put(Limit.SOURCES.field(), usage.waiting().sources())
                .put(Limit.DESTINATIONS.field(), usage.waiting().destinations())
                .put(Limit.OPEN_BATCHES.field(), usage.waiting().openBatches())
                .put(Limit.OPEN_JOBS.field(), usage.waiting().openJobs())
                .put(Limit.STORED_MB.field(), isMeasured ? roundUp(usage.storedBytes(), MEBIBYTE) : null);
    }

    private static Long roundUp(long bytes, int unit) {
        return (bytes + unit - 1) / unit;
    }

    private static Problem notFound(RoutingContext ctx) {
        return Problem.of(
                404, "project_not_found", "Project not found", "You have no project '" + ctx.pathParam(PROJECT) + "'.");
    }
}
