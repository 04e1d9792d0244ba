package dev.faas.registry.destination;

import static dev.faas.http.token.Authenticated.userId;
import static dev.faas.registry.destination.DestinationRoutes.ref;

import dev.faas.destination.DeliveryFilter;
import dev.faas.destination.DeliveryState;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.registry.paging.PathRef;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Serves {@code /v1/deliveries}, and sends test events. */
public final class DeliveryRoutes {
    /** The gateway waits a second longer. */
    private static final Duration LONGEST_TEST = Duration.ofSeconds(4);

    private static final Duration TEST_PAUSE = Duration.ofMillis(50);

    private final Vertx vertx;
    private final DestinationStore destinations;
    private final DeliveryStore store;
    private final TokenVerifier verifier;

    public DeliveryRoutes(Vertx vertx, DestinationStore destinations, DeliveryStore store, TokenVerifier verifier) {
        this.vertx = vertx;
        this.destinations = destinations;
        this.store = store;
        this.verifier = verifier;
    }

    public void add(Router on) {
        var reader = Authenticated.by(verifier, Scope.READ);
        on.get("/v1/deliveries").handler(reader).respond(this::list);
        on.get("/v1/deliveries/:ref").handler(reader).respond(this::get);
        on.post("/v1/deliveries/:ref/redeliver")
                .handler(Authenticated.by(verifier, Scope.INVOKE))
                .respond(this::redeliver);
        on.post("/v1/destinations/:ref/test")
                .handler(Authenticated.by(verifier, Scope.FUNCTIONS))
                .respond(this::test);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        var filter = DeliveryFilter.of(ctx.queryParams(), errors);
        var page = Page.of(ctx, List.of("deliveries", userId(ctx), filter.toString()), Ids::isDelivery, errors);
        return store.list(userId(ctx), filter, page.after(), page.fetchLimit())
                .map(found -> page.answer(ctx, found, Delivery::toView, Delivery::id));
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return store.find(userId(ctx), deliveryRef(ctx)).map(found -> render(ctx, found));
    }

    private Future<Buffer> redeliver(RoutingContext ctx) {
        return store.redeliver(userId(ctx), deliveryRef(ctx)).map(found -> {
            ctx.response().setStatusCode(202);
            return render(ctx, found);
        });
    }

    /** The dispatcher sends it: this process may not reach the receiver. */
    private Future<Buffer> test(RoutingContext ctx) {
        return destinations.find(userId(ctx), ref(ctx)).compose(found -> {
            var destination = found.orElseThrow(() -> Destinations.notFound(ref(ctx)));
            long end = System.nanoTime() + LONGEST_TEST.toNanos();
            return store.insertTest(destination, Instant.now())
                    .compose(id -> awaitEnd(destination.owner(), id, end))
                    .map(delivery -> render(ctx, delivery));
        });
    }

    /** As it is at the end of the time. */
    private Future<Optional<Delivery>> awaitEnd(String owner, String id, long end) {
        return store.find(owner, id).compose(found -> {
            boolean isPending = found.filter(it -> it.progress().state() == DeliveryState.PENDING)
                    .isPresent();
            return isPending && System.nanoTime() < end
                    ? vertx.timer(TEST_PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                            .compose(later -> awaitEnd(owner, id, end))
                    : Future.succeededFuture(found);
        });
    }

    private static Buffer render(RoutingContext ctx, Optional<Delivery> found) {
        return JsonAnswer.of(
                ctx, found.orElseThrow(() -> notFound(ctx.pathParam("ref"))).toWholeView());
    }

    private static String deliveryRef(RoutingContext ctx) {
        return PathRef.of(ctx, DeliveryRoutes::notFound);
    }

    private static RuntimeException notFound(String ref) {
        return Problem.of(
                        404,
                        "delivery_not_found",
                        "Delivery not found",
                        "You have no delivery '" + ref + "' of the last 7 days to a destination that you still have.")
                .asException();
    }
}
