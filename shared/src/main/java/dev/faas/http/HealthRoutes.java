package dev.faas.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.http.content.AcceptFilter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Serves {@code /healthz}, {@code /readyz} and {@code /version}; with details only on the internal port. */
record HealthRoutes(Health health, boolean details) {
    private static final String RETRY_AFTER_SECONDS = "2";
    /** Read at the start, because the jar may be replaced while the service runs. */
    private static final Version VERSION = Version.current();

    void addTo(Router router) {
        router.get("/healthz").handler(AcceptFilter.json()).handler(ctx -> answer(ctx, 200, status("up")));
        router.get("/readyz").handler(AcceptFilter.json()).handler(this::readiness);
        router.get("/version").handler(AcceptFilter.json()).handler(ctx -> answer(ctx, 200, version()));
    }

    private void readiness(RoutingContext ctx) {
        health.report().onFailure(ctx::fail).onSuccess(report -> {
            var body = status(report.ready() ? "up" : "down");
            var dependencies = body.putObject("dependencies");
            for (var dependency : report.dependencies()) {
                var state = dependency.up() ? "up" : "down";
                if (details) {
                    dependencies
                            .putObject(dependency.name())
                            .put("status", state)
                            .put("required", dependency.required())
                            .put("detail", dependency.detail());
                } else {
                    dependencies.put(dependency.name(), state);
                }
            }
            if (!report.ready()) {
                ctx.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            answer(ctx, report.ready() ? 200 : 503, body);
        });
    }

    private ObjectNode version() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("service", health.service())
                .put("version", VERSION.version())
                .put("commit", VERSION.commit())
                .put("commitTime", VERSION.commitTime());
    }

    private static ObjectNode status(String status) {
        return JsonNodeFactory.instance.objectNode().put("status", status);
    }

    private static void answer(RoutingContext ctx, int status, ObjectNode body) {
        ctx.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body.toString());
    }
}
