package dev.faas.registry.ledger;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationView;
import dev.faas.http.content.ContentCoding;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.paging.Page;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.ledger.LedgerFilter;
import dev.faas.registry.ledger.Ledger.Output;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Serves {@code /v1/activations} from the ledger. The list is public through the gateway, the rest is for the gateway only. */
public final class ActivationRoutes {
    /** Sequence in the event stream of the state that is shown. */
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
        var reader = Authenticated.by(verifier, Scope.READ);
        // The gateway reads an activation in the name of who replays or cancels it.
        var caller = Authenticated.by(verifier, Scope.READ, Scope.INVOKE);
        on.get("/v1/activations").handler(reader).respond(this::list);
        on.get("/v1/dead-letters").handler(reader).respond(this::listDeadLetters);
        on.get("/v1/activations/:id").handler(caller).respond(this::get);
        on.get("/v1/activations/:id/accepted").handler(caller).respond(this::getAccepted);
        on.get("/v1/activations/:id/result").handler(reader).handler(this::result);
        on.get("/v1/activations/:id/logs").handler(reader).handler(this::logs);
    }

    private Future<Buffer> list(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        return list(ctx, LedgerFilter.of(ctx.queryParams(), errors), errors);
    }

    private Future<Buffer> listDeadLetters(RoutingContext ctx) {
        var errors = new ArrayList<Problem.FieldError>();
        return list(ctx, LedgerFilter.ofDeadLetters(ctx.queryParams(), errors), errors);
    }

    private Future<Buffer> list(RoutingContext ctx, LedgerFilter filter, List<Problem.FieldError> errors) {
        var page = Page.of(ctx, filter.scope(userId(ctx)), Ids::isActivation, errors);
        return ledger.list(userId(ctx), filter, page)
                .map(found -> page.answer(ctx, found, Codec::toTree, ActivationView::activationId));
    }

    private Future<Buffer> get(RoutingContext ctx) {
        return ledger.get(userId(ctx), ctx.pathParam("id")).map(found -> {
            ctx.response().putHeader(SEQUENCE, Long.toString(found.sequence()));
            return json(ctx, Codec.toTree(found.activation()));
        });
    }

    private Future<Buffer> getAccepted(RoutingContext ctx) {
        return ledger.findAccepted(userId(ctx), ctx.pathParam("id")).map(accepted -> {
            ctx.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON);
            return Buffer.buffer(Codec.encode(accepted));
        });
    }

    private void result(RoutingContext ctx) {
        ledger.findResult(userId(ctx), ctx.pathParam("id")).onFailure(ctx::fail).onSuccess(found -> {
            switch (found) {
                case Output.Available output -> send(ctx, output, "application/octet-stream");
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
        ledger.findLog(userId(ctx), ctx.pathParam("id")).onFailure(ctx::fail).onSuccess(found -> {
            switch (found) {
                case Output.Available output -> send(ctx, output, TEXT);
                case Output.Pending(var status) -> {
                    // The event stream has what was written so far; the gateway reads it there.
                    ctx.response().putHeader(STATUS, status.text()).putHeader(HttpHeaders.CONTENT_TYPE, TEXT);
                    ctx.end();
                }
            }
        });
    }

    /** Function output is untrusted: HttpService adds nosniff to every response, so no browser renders it as a page. */
    private static void send(RoutingContext ctx, Output.Available output, String type) {
        ctx.response().putHeader(STATUS, output.status().text()).putHeader(HttpHeaders.CONTENT_TYPE, type);
        output.body().send(ctx, output.source());
    }

    private static Buffer json(RoutingContext ctx, JsonNode body) {
        return ContentCoding.gzipIfAccepted(ctx, JsonAnswer.of(ctx, body));
    }
}
