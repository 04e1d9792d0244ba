package dev.faas.registry.batch;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.Status;
import dev.faas.audit.Origins;
import dev.faas.batch.Batch;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.quota.Quota;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.paging.PathRef;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Serves {@code /v1/batches}. What is not a GET of users is for the gateway, which accepts the items. */
public final class BatchRoutes {
    private static final int MAX_SMALL_BODY = 64 * 1024;
    private static final int QUOTA_RETRY_SECONDS = 60;
    private static final int MOST_ITEMS = 1 << 20;
    private static final Pattern FUNCTION_ID = Pattern.compile("fn_.{26}");
    private static final Pattern FUNCTION_NAME = Pattern.compile("[a-z0-9-]{1,63}");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private final BatchStore store;
    private final QuotaSettings quotas;
    private final TokenVerifier verifier;
    private final Origins origins;

    public BatchRoutes(BatchStore store, QuotaSettings quotas, TokenVerifier verifier, Origins origins) {
        this.store = store;
        this.quotas = quotas;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var invoker = Authenticated.by(verifier, Scope.INVOKE);
        on.get("/v1/batches").handler(reader).respond(this::list);
        on.get("/v1/batches/:ref").handler(reader).respond(this::get);
        on.get("/v1/batches/:ref/items").handler(reader).respond(this::items);
        on.post("/v1/batches")
                .handler(invoker)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::open);
        on.put("/v1/batches/:ref/totals")
                .handler(invoker)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::close);
        on.get("/v1/batches/:ref/known").handler(invoker).respond(this::known);
    }

    private Future<Buffer> open(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var function = new Batch.Target(
                fields.text("functionId", FUNCTION_ID, "be the id of a function"),
                fields.text("functionName", FUNCTION_NAME, "be the name of a function"),
                fields.requiredInteger("revision", 1, Integer.MAX_VALUE));
        var size = fields.optionalInteger("size", 0, MOST_ITEMS);
        var key = fields.optionalText("key", KEY, "be an Idempotency-Key");
        fields.requireValid();
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var fresh = Batch.open(userId(ctx), function, size.isPresent() ? size.getAsInt() : null, now);
        return store.open(fresh, key.orElse(null), this::requireRoom, origins.of(ctx))
                .map(opened -> {
                    var body = JsonNodeFactory.instance.objectNode();
                    body.put("batchId", opened.batch().id());
                    body.put("revision", opened.batch().function().revision());
                    body.put(
                            "seed",
                            Base64.getEncoder()
                                    .encodeToString(opened.batch().seed().getBytes()));
                    body.put("isNew", opened.isNew());
                    return JsonAnswer.of(ctx, body);
                });
    }

    private void requireRoom(QuotaStore.Usage usage) {
        long most = quotas.of(usage.overrides()).of(Quota.Limit.OPEN_BATCHES);
        if (usage.waiting().openBatches() > most) {
            throw Problem.quotaExceeded(
                            "You have " + most + " batches that have not ended, the most that one user may have."
                                    + " Wait until one has ended, then submit this one.",
                            QUOTA_RETRY_SECONDS)
                    .asException();
        }
    }

    private Future<Buffer> close(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        int accepted = fields.requiredInteger("accepted", 0, MOST_ITEMS);
        int rejected = fields.requiredInteger("rejected", 0, MOST_ITEMS);
        boolean isComplete = fields.flag("isComplete", true);
        fields.requireValid();
        var id = PathRef.of(ctx, BatchRoutes::notFound);
        var changed = isComplete
                ? store.close(userId(ctx), id, accepted, rejected)
                : store.giveUp(userId(ctx), id, accepted, rejected);
        return changed.map(found -> {
            if (!found) {
                throw notFound(ctx.pathParam("ref"));
            }
            return JsonAnswer.of(ctx, JsonNodeFactory.instance.objectNode());
        });
    }

    private Future<Buffer> known(RoutingContext ctx) {
        return find(ctx)
                .compose(batch -> store.known(
                        batch, Objects.requireNonNullElse(ctx.queryParams().get("from"), "")))
                .map(found -> {
                    var body = JsonNodeFactory.instance.objectNode();
                    var items = body.putObject("items");
                    found.forEach(item -> items.put(item.activationId(), item.content()));
                    return JsonAnswer.of(ctx, body);
                });
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var page = Page.of(ctx, List.of("batches", userId(ctx)), Ids::isBatch);
        return store.list(userId(ctx), page.after(), page.fetchLimit())
                .map(found -> page.answer(ctx, found, Batch::toView, Batch::id));
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return find(ctx)
                .compose(batch -> store.count(batch.id()).map(counts -> JsonAnswer.of(ctx, batch.toView(counts))));
    }

    private Future<Buffer> items(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var statuses = new TreeSet<String>();
        for (var text : ctx.queryParams().getAll("status")) {
            if (Status.of(text).isEmpty()) {
                errors.add(new Problem.FieldError(
                        "status", "must be queued, running, succeeded, failed, timed_out, cancelled or expired"));
                break;
            }
            statuses.add(text);
        }
        var scope = List.of("batch items", userId(ctx), PathRef.of(ctx, BatchRoutes::notFound), statuses.toString());
        var page = Page.of(ctx, scope, Ids::isActivation, errors);
        return find(ctx)
                .compose(batch -> store.items(batch, List.copyOf(statuses), page.after(), page.fetchLimit()))
                .map(found -> page.answer(ctx, found, BatchRoutes::toView, BatchStore.Item::activationId));
    }

    private static ObjectNode toView(BatchStore.Item item) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("index", Ids.indexOf(item.activationId()))
                .put("activationId", item.activationId())
                .put("status", item.status())
                .put("reason", item.reason());
    }

    private Future<Batch> find(RoutingContext ctx) {
        return store.find(userId(ctx), PathRef.of(ctx, BatchRoutes::notFound))
                .map(found -> found.orElseThrow(() -> notFound(ctx.pathParam("ref"))));
    }

    private static RuntimeException notFound(String batch) {
        return Problem.batchNotFound(batch).asException();
    }
}
