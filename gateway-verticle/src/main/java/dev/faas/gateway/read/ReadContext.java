package dev.faas.gateway.read;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Snapshot;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.nats.retry.BusRetry;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** Holds what routes need to read activations. */
public record ReadContext(
        ActivationReader reader,
        ActivationEvents events,
        BusRetry bus,
        OpenResponses openResponses,
        Forwarding registry) {

    /** Passes the activation's newest state to the handler, or forwards the request when the event stream has none. */
    public void readNewest(RoutingContext ctx, Consumer<Snapshot> handler) {
        reader.findInStream(ctx.pathParam("id"), Caller.of(ctx))
                .onFailure(ctx::fail)
                .onSuccess(found -> found.ifPresentOrElse(handler, () -> registry.forwardWithoutBody(ctx)));
    }
}
