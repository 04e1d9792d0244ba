package dev.faas.registry.schedule;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.acceptance.IdempotencyKey;
import dev.faas.audit.Origins;
import dev.faas.cron.CronException;
import dev.faas.cron.Recurrence;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.paging.QueryFunction;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.quota.QuotaSettings;
import dev.faas.registry.function.MergePatch;
import dev.faas.registry.function.Preconditions;
import dev.faas.registry.paging.PathRef;
import dev.faas.registry.schedule.ScheduleStore.TickKey;
import dev.faas.schedule.Overlap;
import dev.faas.schedule.ScheduleState;
import dev.faas.schedule.TickOutcome;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Serves {@code /v1/schedules}. */
public final class ScheduleRoutes {
    private static final String THING = "schedule";
    /** An argument in JSON may be six times as long. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    private static final int MAX_SMALL_BODY = 64 * 1024;
    private static final int LAST_TICKS = 10;
    private static final int PREVIEWED = 10;
    private static final int MOST_PREVIEWED = 100;
    private static final Pattern ANY = Pattern.compile("(?s).*+");
    private static final String TIME_RULE = "must be a time such as 2026-01-31T12:00:00Z";

    private final ScheduleStore store;
    private final Schedules schedules;
    private final TokenVerifier verifier;
    private final Origins origins;

    public ScheduleRoutes(ScheduleStore store, QuotaSettings quotas, TokenVerifier verifier, Origins origins) {
        this.store = store;
        this.schedules = new Schedules(store, quotas);
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        var writer = Authenticated.by(verifier, Scope.FUNCTIONS);
        var json = Bodies.json(MAX_BODY_BYTES);
        var small = Bodies.json(MAX_SMALL_BODY);
        on.post("/v1/schedules").handler(writer).handler(json).respond(this::create);
        on.get("/v1/schedules").handler(reader).respond(this::list);
        on.post("/v1/schedules/preview").handler(reader).handler(small).respond(this::preview);
        on.get("/v1/schedules/:ref").handler(reader).respond(this::get);
        on.put("/v1/schedules/:ref").handler(writer).handler(json).respond(this::replace);
        on.patch("/v1/schedules/:ref")
                .handler(writer)
                .handler(Bodies.mergePatch(MAX_BODY_BYTES))
                .respond(this::patch);
        on.delete("/v1/schedules/:ref").handler(writer).respond(this::delete);
        on.post("/v1/schedules/:ref/pause").handler(writer).handler(small).respond(this::pause);
        on.post("/v1/schedules/:ref/resume").handler(writer).handler(small).respond(this::resume);
        var invoker = Authenticated.by(verifier, Scope.INVOKE);
        on.post("/v1/schedules/:ref/trigger").handler(invoker).handler(small).respond(this::trigger);
        on.post("/v1/schedules/:ref/backfill").handler(invoker).handler(small).respond(this::backfill);
        on.get("/v1/schedules/:ref/ticks").handler(reader).respond(this::ticks);
        on.get("/v1/schedules/:ref/ticks/:time").handler(reader).respond(this::tick);
    }

    private Future<Buffer> create(RoutingContext ctx) {
        var definition = ScheduleBody.read(Bodies.object(ctx), Optional.empty());
        return schedules.create(userId(ctx), definition, origins.of(ctx)).map(schedule -> {
            ctx.response()
                    .setStatusCode(201)
                    .putHeader(HttpHeaders.LOCATION, "/v1/schedules/" + schedule.id())
                    .putHeader(HttpHeaders.ETAG, Preconditions.etag(schedule.version()));
            return JsonAnswer.of(ctx, ScheduleView.withTimes(schedule, List.of(), schedule.updatedAt()));
        });
    }

    private Future<@Nullable Buffer> get(RoutingContext ctx) {
        return schedules.get(userId(ctx), ref(ctx)).compose(schedule -> {
            ctx.response().putHeader(HttpHeaders.ETAG, Preconditions.etag(schedule.version()));
            var conditions = Preconditions.of(ctx.request());
            conditions.checkIfMatch(THING, schedule.version());
            // Its times change without its definition, so there is no 304.
            return renderWhole(ctx, schedule);
        });
    }

    private Future<Buffer> replace(RoutingContext ctx) {
        var body = Bodies.object(ctx);
        return write(ctx, before -> ScheduleBody.read(body, Optional.of(before)));
    }

    private Future<Buffer> patch(RoutingContext ctx) {
        var patch = Bodies.object(ctx);
        return write(ctx, before -> ScheduleBody.read(patched(before, patch), Optional.of(before)));
    }

    private static ObjectNode patched(Schedule before, ObjectNode patch) {
        // By its id: a later function of its name is another one.
        var body = MergePatch.apply(
                ScheduleView.of(before).put("function", before.function().byId()), patch);
        // Null restores the default; of a field that is absent the value stays.
        return patch.path(ScheduleBody.REMAINING).isNull() ? body.putNull(ScheduleBody.REMAINING) : body;
    }

    private Future<Buffer> write(RoutingContext ctx, Function<Schedule, Definition> next) {
        return schedules
                .replace(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), next, origins.of(ctx))
                .compose(schedule -> renderWhole(ctx, schedule));
    }

    private Future<Void> delete(RoutingContext ctx) {
        return schedules.delete(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), origins.of(ctx));
    }

    private Future<Buffer> pause(RoutingContext ctx) {
        return schedules
                .pause(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), note(ctx), origins.of(ctx))
                .compose(schedule -> renderWhole(ctx, schedule));
    }

    private Future<Buffer> resume(RoutingContext ctx) {
        return schedules
                .resume(userId(ctx), ref(ctx), Preconditions.of(ctx.request()), note(ctx), origins.of(ctx))
                .compose(schedule -> renderWhole(ctx, schedule));
    }

    private Future<Buffer> trigger(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var overlap = ScheduleBody.overlap(fields, Overlap.ALLOW_ALL);
        fields.requireValid();
        return schedules
                .trigger(userId(ctx), ref(ctx), overlap, key(ctx), origins.of(ctx))
                .map(triggered -> {
                    ctx.response().setStatusCode(202);
                    return JsonAnswer.of(
                            ctx,
                            ScheduleView.of(
                                    triggered.tick(), triggered.schedule().times()));
                });
    }

    private Future<Buffer> backfill(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var from = ScheduleBody.time(fields, "from");
        var to = ScheduleBody.time(fields, "to");
        var overlap = ScheduleBody.overlap(fields, Overlap.ALLOW_ALL);
        if (!fields.has("from")) {
            fields.addError("from", "is required");
        }
        fields.requireValid();
        return schedules
                .backfill(userId(ctx), ref(ctx), from.orElseThrow(), to, overlap, key(ctx), origins.of(ctx))
                .map(count -> {
                    ctx.response().setStatusCode(202);
                    return JsonAnswer.of(
                            ctx, JsonNodeFactory.instance.objectNode().put("ticks", count));
                });
    }

    private static Optional<IdempotencyKey> key(RoutingContext ctx) {
        return Optional.ofNullable(ctx.request().getHeader(IdempotencyKey.HEADER))
                .map(IdempotencyKey::new);
    }

    private static String note(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var note = ScheduleBody.note(fields);
        fields.requireValid();
        return note;
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var function = QueryFunction.read(ctx.queryParams().get("function"), errors);
        var state = choice(ctx, "state", ScheduleState.values(), ScheduleState::text, ScheduleState::of, errors);
        var scope = List.of("schedules", userId(ctx), String.valueOf(function), String.valueOf(state));
        var page = Page.of(ctx, scope, FunctionRef::isName, errors);
        return store.list(userId(ctx), function, state, page.after() == null ? "" : page.after(), page.fetchLimit())
                .map(found -> page.answer(
                        ctx,
                        found,
                        ScheduleView::of,
                        schedule -> schedule.spec().name()));
    }

    private static <E> @Nullable E choice(
            RoutingContext ctx,
            String name,
            E[] values,
            Function<E, String> text,
            Function<String, Optional<E>> parse,
            List<Problem.FieldError> errors) {
        var given = ctx.queryParams().get(name);
        var found = Optional.ofNullable(given).flatMap(parse);
        if (given != null && found.isEmpty()) {
            errors.add(new Problem.FieldError(
                    name, "must be " + Arrays.stream(values).map(text).collect(Collectors.joining(" or "))));
        }
        return found.orElse(null);
    }

    private Future<Buffer> ticks(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var outcome = choice(ctx, "outcome", TickOutcome.values(), TickOutcome::text, TickOutcome::of, errors);
        var since = time(ctx, "since", errors);
        var until = time(ctx, "until", errors);
        return schedules.get(userId(ctx), ref(ctx)).compose(schedule -> {
            var scope = List.of(
                    "ticks", schedule.id(), String.valueOf(outcome), String.valueOf(since), String.valueOf(until));
            var page = Page.of(ctx, scope, key -> parseKey(key).isPresent(), errors);
            var after = Optional.ofNullable(page.after())
                    .flatMap(ScheduleRoutes::parseKey)
                    .orElse(null);
            var times = schedule.times();
            return store.ticks(schedule.id(), outcome, since, until, after, page.fetchLimit())
                    .map(found -> page.answer(ctx, found, tick -> ScheduleView.of(tick, times), ScheduleRoutes::key));
        });
    }

    private static String key(Tick tick) {
        return tick.nominal().toEpochMilli() + " " + tick.kind().text() + " " + tick.run();
    }

    private static Optional<TickKey> parseKey(String key) {
        var parts = key.split(" ", 3);
        try {
            return parts.length == 3
                    ? Optional.of(new TickKey(Instant.ofEpochMilli(Long.parseLong(parts[0])), parts[1], parts[2]))
                    : Optional.empty();
        } catch (NumberFormatException noKey) {
            return Optional.empty();
        }
    }

    private static @Nullable Instant time(RoutingContext ctx, String name, List<Problem.FieldError> errors) {
        var text = ctx.queryParams().get(name);
        var time = ScheduleBody.parse(text);
        if (text != null && time.isEmpty()) {
            errors.add(new Problem.FieldError(name, TIME_RULE));
        }
        return time.orElse(null);
    }

    private Future<Buffer> tick(RoutingContext ctx) {
        var time = ScheduleBody.parse(ctx.pathParam("time"))
                .orElseThrow(() -> Problem.invalid("time", TIME_RULE).asException());
        return schedules
                .get(userId(ctx), ref(ctx))
                .compose(schedule -> store.findTick(schedule.id(), time)
                        .compose(found -> store.now()
                                .map(now -> JsonAnswer.of(
                                        ctx,
                                        found.map(tick -> ScheduleView.of(tick, schedule.times()))
                                                .orElseGet(() -> ScheduleView.of(schedule, time, now))))));
    }

    private Future<Buffer> preview(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var cron = fields.text("cron", ANY, "be a pattern, such as '30 2 * * *'");
        var zone = ScheduleBody.zone(fields);
        var dst = ScheduleBody.dst(fields);
        var from = ScheduleBody.time(fields, "from");
        int count = fields.integer("count", PREVIEWED, 1, MOST_PREVIEWED);
        return from.map(Future::succeededFuture).orElseGet(store::now).map(start -> {
            var times = JsonNodeFactory.instance.arrayNode();
            if (fields.has("cron")) {
                try {
                    fill(times, Recurrence.parse(cron, Recurrence.zone(zone), dst, start), start, count);
                } catch (CronException e) {
                    fields.addError("cron", e.getMessage());
                }
            }
            fields.requireValid();
            return JsonAnswer.of(ctx, JsonNodeFactory.instance.objectNode().set("times", times));
        });
    }

    private static void fill(ArrayNode times, Recurrence recurrence, Instant start, int count) {
        var after = start;
        while (times.size() < count) {
            var time = recurrence.next(after);
            times.add(ScheduleView.of(time));
            after = time.instant();
        }
    }

    private Future<Buffer> renderWhole(RoutingContext ctx, Schedule schedule) {
        ctx.response().putHeader(HttpHeaders.ETAG, Preconditions.etag(schedule.version()));
        return store.ticks(schedule.id(), null, null, null, null, LAST_TICKS)
                .compose(ticks ->
                        store.now().map(now -> JsonAnswer.of(ctx, ScheduleView.withTimes(schedule, ticks, now))));
    }

    private static String ref(RoutingContext ctx) {
        return PathRef.of(ctx, Schedules::notFound);
    }
}
