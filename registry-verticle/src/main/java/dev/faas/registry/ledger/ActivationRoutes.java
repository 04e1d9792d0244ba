package dev.faas.registry.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationView;
import dev.faas.http.content.ContentCoding;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.registry.ledger.Ledger.Output;
import dev.faas.registry.paging.Page;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;

/** {@code /v1/activations}: what the ledger can tell. The list is public through the gateway, the rest is for it alone. */
public final class ActivationRoutes {
    /** The stream sequence of the event that a record is made of. */
    static final String SEQUENCE = "Faas-Sequence";

    private static final String STATUS = "X-Activation-Status";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Ledger ledger;
    private final TokenVerifier verifier;

    public ActivationRoutes(Ledger ledger, TokenVerifier verifier) {
        this.ledger = ledger;
        this.verifier = verifier;
    }

    public void add(Router on) {
        var user = Authenticated.by(verifier);
        on.get("/v1/activations").handler(user).respond(this::list);
        on.get("/v1/activations/:id").handler(user).respond(this::get);
        on.get("/v1/activations/:id/accepted").handler(user).respond(this::accepted);
        on.get("/v1/activations/:id/result").handler(user).handler(this::result);
        on.get("/v1/activations/:id/logs").handler(user).handler(this::logs);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var wrong = new ArrayList<Problem.FieldError>();
        var filter = LedgerFilter.of(ctx.queryParams(), wrong);
        var page = Page.of(ctx, filter.question(owner(ctx)), Ids::isActivation, wrong);
        return ledger.list(owner(ctx), filter, page).map(found -> {
            ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON);
            return ContentCoding.gzipIfAccepted(ctx, page.render(found, Codec::toTree, ActivationView::activationId));
        });
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return ledger.get(owner(ctx), ctx.pathParam("id")).map(told -> {
            ctx.response().putHeader(SEQUENCE, Long.toString(told.sequence()));
            return json(ctx, Codec.toTree(told.activation()));
        });
    }

    private Future<Buffer> accepted(RoutingContext ctx) {
        return ledger.accepted(owner(ctx), ctx.pathParam("id")).map(accepted -> {
            ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON);
            return Buffer.buffer(Codec.encode(accepted));
        });
    }

    private void result(RoutingContext ctx) {
        ledger.result(owner(ctx), ctx.pathParam("id")).onFailure(ctx::fail).onSuccess(output -> {
            switch (output) {
                case Output.Kept kept -> send(ctx, kept, "application/octet-stream");
                case Output.Pending(var status) -> {
                    ctx.response()
                            .setStatusCode(202)
                            .putHeader(STATUS, status.text())
                            .putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
                    ctx.end(json(
                            ctx, Codec.toTree(Map.of("activationId", ctx.pathParam("id"), "status", status.text()))));
                }
            }
        });
    }

    private void logs(RoutingContext ctx) {
        ledger.log(owner(ctx), ctx.pathParam("id")).onFailure(ctx::fail).onSuccess(output -> {
            switch (output) {
                case Output.Kept kept -> send(ctx, kept, TEXT);
                case Output.Pending(var status) -> {
                    // What there is of it by now only the stream knows.
                    ctx.response().putHeader(STATUS, status.text()).putHeader(HttpHeaders.CONTENT_TYPE, TEXT);
                    ctx.end();
                }
            }
        });
    }

    /** Whatever a function wrote, a browser must not take it for a page of ours: no answer goes without nosniff. */
    private static void send(RoutingContext ctx, Output.Kept kept, String type) {
        ctx.response().putHeader(STATUS, kept.status().text()).putHeader(HttpHeaders.CONTENT_TYPE, type);
        kept.body().send(ctx, kept.source());
    }

    private static Buffer json(RoutingContext ctx, JsonNode body) {
        ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        return ContentCoding.gzipIfAccepted(ctx, Buffer.buffer(body.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static String owner(RoutingContext ctx) {
        return Authenticated.principal(ctx).userId();
    }
}
