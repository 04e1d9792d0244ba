package dev.faas.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.wire.Printable;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns failures into answers (RFC 9457); the only place that does. */
final class Problems {
    private static final String MEDIA_TYPE = "application/problem+json";

    private final Logger log = LoggerFactory.getLogger(HttpService.class);
    private final Metrics metrics;

    Problems(Metrics metrics) {
        this.metrics = metrics;
    }

    /** The failure handler of every route. */
    void renderFailure(RoutingContext ctx) {
        render(ctx, toProblem(ctx, ctx.failure(), ctx.statusCode()));
    }

    /** For requests without a matching route, and those that the router itself rejects with this status. */
    void renderStatus(RoutingContext ctx, int status) {
        render(ctx, ctx.failure() instanceof ProblemException known ? known.problem() : standard(status));
    }

    private Problem toProblem(RoutingContext ctx, Throwable failure, int status) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ProblemException known) {
            return known.problem();
        }
        if (cause instanceof HttpException known) {
            return standard(known.getStatusCode());
        }
        if (status == 413) {
            return Bodies.BodyLimit.exceeded(ctx);
        }
        // With any other failure, a 4xx status comes from the router; the rest are internal faults.
        if (status >= 400 && status < 500) {
            return standard(status);
        }
        // Postgres refuses a NUL, and nothing has a name with one.
        if (String.valueOf(ctx.request().path()).contains("%00")) {
            return Problem.notFound();
        }
        // An answered request may still fail, for example while its broken body is read: not worth a line.
        if (!ctx.response().closed() && !ctx.response().ended()) {
            log.error(
                    "request failed request={} method={} path={}",
                    Exchange.of(ctx).requestId(),
                    ctx.request().method(),
                    AccessLog.path(ctx),
                    cause);
        }
        return Problem.internal();
    }

    private void render(RoutingContext ctx, Problem problem) {
        var exchange = Exchange.of(ctx);
        var response = ctx.response();
        if (response.closed() || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            // Part of the answer has been sent: only one that breaks off shows the client that it is incomplete.
            log.warn("answer aborted request={} code={}", exchange.requestId(), problem.code());
            HttpService.breakOff(ctx);
            return;
        }
        if (problem.status() == 401 && !response.headers().contains("WWW-Authenticate")) {
            response.putHeader("WWW-Authenticate", challenge(ctx, problem));
        }
        metrics.countRefused(problem.code());
        UnreadBody.discard(ctx, problem.status());
        write(response, ctx.request().method(), problem, exchange.requestId());
    }

    /** RFC 6750: no error code when the request had no credentials. */
    private static String challenge(RoutingContext ctx, Problem problem) {
        var realm = "Bearer realm=\"faas\"";
        if (ctx.request().getHeader(HttpHeaders.AUTHORIZATION) == null) {
            return realm;
        }
        return realm + ", error=\"invalid_token\", error_description=\"" + problem.title() + "\"";
    }

    static void write(HttpServerResponse response, HttpMethod method, Problem problem, String requestId) {
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(Exchange.REQUEST_ID, requestId);
        problem.retryAfterSeconds()
                .ifPresent(seconds -> response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(seconds)));
        response.end(HttpMethod.HEAD.equals(method) ? "" : toJson(problem, requestId));
    }

    static String toJson(Problem problem, String requestId) {
        var document = JsonNodeFactory.instance.objectNode();
        document.put("type", "about:blank")
                .put("title", problem.title())
                .put("status", problem.status())
                .put("detail", Printable.of(problem.detail()))
                .put("code", problem.code())
                .put("requestId", requestId);
        if (!problem.errors().isEmpty()) {
            var errors = document.putArray("errors");
            problem.errors()
                    .forEach(error ->
                            errors.addObject().put("field", error.field()).put("message", error.message()));
        }
        problem.extensions().forEach(document::putPOJO);
        return document.toString();
    }

    static Problem standard(int status) {
        return switch (status) {
            case 400 ->
                Problem.of(400, "invalid_request", "Invalid request", "The request or its address is malformed.");
            case 401 -> Problem.unauthenticated("Send a valid access token as 'Authorization: Bearer …'.");
            case 403 -> Problem.of(403, "forbidden", "Forbidden", "You may not do this.");
            case 404 -> Problem.notFound();
            case 405 ->
                Problem.of(
                        405,
                        "method_not_allowed",
                        "Method not allowed",
                        "The Allow header names the methods there are.");
            case 406 ->
                Problem.of(
                        406, "not_acceptable", "Not acceptable", "Nothing that the Accept header names is available.");
            case 408 ->
                Problem.of(
                        408,
                        "request_timeout",
                        "Request timeout",
                        "The request did not arrive in time. Send it again.");
            case 413 -> Problem.of(413, "body_too_large", "Body too large", "The body is larger than this call takes.");
            case 414 ->
                Problem.of(
                        414, "uri_too_long", "Address too long", "The request line is longer than this server takes.");
            case 415 ->
                Problem.of(
                        415,
                        "unsupported_media_type",
                        "Unsupported media type",
                        "The body's Content-Type is not taken here.");
            case 417 ->
                Problem.of(417, "invalid_request", "Expectation failed", "Only 'Expect: 100-continue' is understood.");
            case 431 ->
                Problem.of(
                        431,
                        "headers_too_large",
                        "Headers too large",
                        "The headers are larger than this server takes.");
            case 503 ->
                Problem.of(503, "unavailable", "Temporarily unavailable", "Try again in a few seconds.")
                        .withRetryAfter(2);
            default -> status >= 400 && status < 500 ? standard(400) : Problem.internal();
        };
    }
}
