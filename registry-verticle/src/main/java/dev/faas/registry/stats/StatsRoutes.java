package dev.faas.registry.stats;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.paging.QueryFunction;
import dev.faas.http.paging.QueryTime;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.nats.Consumers;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.Principal;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Serves {@code /v1/stats}. */
public final class StatsRoutes {
    private static final String ALL = "";
    private static final Duration BY_DEFAULT = Duration.ofHours(1);
    private static final int MOST_POINTS = 1_500;
    private static final int MOST_FUNCTIONS = 100;
    /** Of all functions together. */
    private static final int MOST_POINTS_OF_FUNCTIONS = 15_000;

    private final StatStore store;
    private final Consumers ofEvents;
    private final TokenVerifier verifier;
    private final InstantSource clock;
    /** When nothing was left to be counted. */
    private final AtomicReference<@Nullable Instant> complete = new AtomicReference<>();

    public StatsRoutes(StatStore store, Consumers ofEvents, TokenVerifier verifier, InstantSource clock) {
        this.store = store;
        this.ofEvents = ofEvents;
        this.verifier = verifier;
        this.clock = clock;
    }

    public void add(Router on) {
        on.get("/v1/stats").handler(Authenticated.by(verifier, Scope.READ)).respond(this::get);
    }

    private Future<ObjectNode> get(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var named = functions(ctx, errors);
        boolean byFunction = isSet(ctx, "by", "function", errors);
        int series = !byFunction ? 1 : named.isEmpty() ? MOST_FUNCTIONS : named.size();
        var range = range(ctx, Math.min(MOST_POINTS, MOST_POINTS_OF_FUNCTIONS / series), errors);
        boolean ofPlatform = isSet(ctx, "scope", "platform", errors);
        if (!byFunction && named.size() > 1) {
            errors.add(new Problem.FieldError("function", "may be repeated only with by=function"));
        }
        if (ofPlatform && (byFunction || !named.isEmpty())) {
            errors.add(new Problem.FieldError("scope", "goes with no function"));
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
        if (ofPlatform && !Authenticated.principal(ctx).roles().contains(Principal.ADMIN)) {
            throw Problem.adminsOnly().asException();
        }
        var owner = ofPlatform ? ALL : userId(ctx);
        return byFunction ? ofEach(owner, named, range) : ofOne(owner, named, range);
    }

    private Future<ObjectNode> ofOne(String owner, List<FunctionRef> named, Range range) {
        return store.findFunctions(owner, named).compose(ids -> {
            if (ids.size() < named.size()) {
                throw Problem.functionNotFound(named.getFirst().target()).asException();
            }
            var key = named.isEmpty() ? ALL : ids.values().iterator().next();
            return find(owner, List.of(key), range, (stats, found) -> {
                var body = stats.head();
                stats.addSeries(body, found.getOrDefault(key, List.of()));
                return body;
            });
        });
    }

    private Future<ObjectNode> ofEach(String owner, List<FunctionRef> named, Range range) {
        var functions =
                named.isEmpty() ? store.findBusiest(owner, range, MOST_FUNCTIONS) : store.findFunctions(owner, named);
        return functions.compose(ids -> find(owner, ids.values(), range, (stats, found) -> {
            var body = stats.head();
            var each = body.putObject("functions");
            ids.forEach((name, id) -> stats.addSeries(each.putObject(name), found.getOrDefault(id, List.of())));
            return body;
        }));
    }

    private Future<ObjectNode> find(
            String owner,
            Collection<String> functions,
            Range range,
            BiFunction<Stats, Map<String, List<StatPoint>>, ObjectNode> toBody) {
        return store.find(owner, functions, range)
                .compose(found -> completeTo().map(completeTo -> toBody.apply(new Stats(range, completeTo), found)));
    }

    private Range range(RoutingContext ctx, int most, List<Problem.FieldError> errors) {
        var query = ctx.queryParams();
        var now = clock.instant();
        var until = Objects.requireNonNullElse(QueryTime.read("until", query.get("until"), errors), now);
        var since = Objects.requireNonNullElseGet(
                QueryTime.read("since", query.get("since"), errors), () -> until.minus(BY_DEFAULT));
        if (!since.isBefore(until)) {
            errors.add(new Problem.FieldError("since", "must be before until"));
            return new Range(until, until, StatSteps.HOUR);
        }
        int step = Optional.ofNullable(query.get("step"))
                .map(text -> StatSteps.OFFERED.stream()
                        .filter(offered -> offered.toString().equals(text))
                        .findFirst()
                        .orElseGet(() -> {
                            errors.add(new Problem.FieldError("step", "must be one of " + StatSteps.OFFERED));
                            return StatSteps.HOUR;
                        }))
                .orElseGet(() -> StatSteps.chooseFor(since, until, now, Math.min(most, StatSteps.MOST_BY_DEFAULT)));
        if (step < StatSteps.HOUR && since.isBefore(now.minus(StatSteps.MINUTES_KEPT))) {
            errors.add(new Problem.FieldError("step", "must be 3600 or 86400 for what is older than a day"));
        }
        var from = StatSteps.begin(since, step);
        var begun = StatSteps.begin(until, step);
        var to = begun.isBefore(until) ? begun.plusSeconds(step) : begun;
        if (Duration.between(from, to).toSeconds() / step > most) {
            errors.add(new Problem.FieldError("step", "makes more than " + most + " points: choose a larger one"));
        }
        return new Range(from, to, step);
    }

    private static List<FunctionRef> functions(RoutingContext ctx, List<Problem.FieldError> errors) {
        var texts = ctx.queryParams().getAll("function");
        if (texts.size() > MOST_FUNCTIONS) {
            errors.add(new Problem.FieldError("function", "may be given " + MOST_FUNCTIONS + " times"));
        }
        var refs = new ArrayList<FunctionRef>();
        for (var text : texts) {
            var ref = QueryFunction.read(text, errors);
            if (ref != null) {
                refs.add(ref);
            }
        }
        return refs;
    }

    private static boolean isSet(RoutingContext ctx, String name, String only, List<Problem.FieldError> errors) {
        var text = ctx.queryParams().get(name);
        if (text != null && !text.equals(only)) {
            errors.add(new Problem.FieldError(name, "must be " + only));
        }
        return text != null;
    }

    /** Up to which time the ledger has everything, as far as this registry knows. */
    private Future<@Nullable Instant> completeTo() {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return Future.fromCompletionStage(ofEvents.state(Subjects.PROJECTOR))
                .map(found -> {
                    if (found.isPresent()
                            && found.get().pending() == 0
                            && found.get().unacked() == 0) {
                        complete.accumulateAndGet(now, StatsRoutes::later);
                    }
                    return complete.get();
                })
                .otherwise(away -> complete.get());
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || one.isBefore(other) ? other : one;
    }
}
