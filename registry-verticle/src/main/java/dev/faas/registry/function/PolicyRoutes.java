package dev.faas.registry.function;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.audit.AdminGuard;
import dev.faas.config.ImagePolicy.Patterns;
import dev.faas.config.ImagePolicy.Rule;
import dev.faas.quota.QuotaSettings;
import dev.faas.wire.ImagePattern;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/** Shows admins what the operator allows. It is set in the environment of the services. */
public final class PolicyRoutes {
    private final FunctionRules rules;
    private final QuotaSettings quotas;

    public PolicyRoutes(FunctionRules rules, QuotaSettings quotas) {
        this.rules = rules;
        this.quotas = quotas;
    }

    public void add(Router on, AdminGuard admins) {
        admins.on(on.get("/v1/admin/policy")).respond(this::get);
    }

    private Future<ObjectNode> get(RoutingContext ctx) {
        var body = JsonNodeFactory.instance.objectNode();
        var images = body.putObject("images");
        add(images.putObject("others"), Rule::others);
        add(images.putObject("admins"), Rule::admins);
        images.put("requireDigest", rules.images().requireDigest());
        var most = rules.maxima();
        body.putObject("limits")
                .put("memoryMb", most.memoryMb())
                .put("cpus", most.cpus())
                .put("pids", most.pids())
                .put("timeoutSeconds", most.timeoutSeconds());
        body.set("quota", quotas.defaults().cappedBy(quotas.caps()).toJson());
        return Future.succeededFuture(body);
    }

    private void add(ObjectNode to, Function<Rule, Patterns> whose) {
        add(to, "allow", whose.apply(rules.images().allow()));
        add(to, "local", whose.apply(rules.images().local()));
        add(to, "login", whose.apply(rules.images().login()));
    }

    private static void add(ObjectNode to, String name, Patterns patterns) {
        var texts = to.putArray(name);
        patterns.patterns().stream().map(ImagePattern::text).forEach(texts::add);
    }
}
