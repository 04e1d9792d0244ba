package dev.faas.gateway;

import dev.faas.gateway.batch.BatchRoutes;
import dev.faas.gateway.batch.BatchStreams;
import dev.faas.gateway.console.ConsoleFiles;
import dev.faas.gateway.explain.CurrentLoad;
import dev.faas.gateway.feed.FeedRoutes;
import dev.faas.gateway.forward.Forwarding;
import dev.faas.gateway.hook.HookRoutes;
import dev.faas.gateway.read.LiveStreams;
import dev.faas.gateway.read.OutputRoutes;
import dev.faas.gateway.subject.SubjectRoutes;
import dev.faas.gateway.submit.SubmissionBody;
import dev.faas.http.Bodies;
import dev.faas.http.Listener;
import dev.faas.http.content.AcceptFilter;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.wire.Scope;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Consumer;

/** Defines the routes of the three ports. Health is on all of them. */
final class Api {
    private static final Handler<RoutingContext> JSON = AcceptFilter.json();
    private static final Handler<RoutingContext> BYTES = AcceptFilter.of("application/octet-stream");
    private static final Handler<RoutingContext> TEXT = AcceptFilter.of("text/plain");
    private static final Handler<RoutingContext> YAML = AcceptFilter.of("application/yaml");
    private static final Handler<RoutingContext> NDJSON = AcceptFilter.of("application/x-ndjson");
    private static final Handler<RoutingContext> JSON_OR_LINES =
            AcceptFilter.of("application/json", "application/x-ndjson");
    private static final Handler<RoutingContext> EVENTS = AcceptFilter.of("text/event-stream");

    private static final Handler<RoutingContext> EVENTS_OR_LINES =
            AcceptFilter.of("text/event-stream", "application/x-ndjson");

    private static final int MAX_SMALL_BODY = 64 * 1024;

    private final Handler<RoutingContext> guard;
    private final Handler<RoutingContext> browsers;
    private final Handler<RoutingContext> reader;
    private final Handler<RoutingContext> invoker;
    private final Handler<RoutingContext> developer;
    private final Handler<RoutingContext> secretWriter;
    private final Handler<RoutingContext> admin;
    private final Handler<RoutingContext> accounts;
    private final Forwarding auth;
    private final Forwarding registry;
    private final ActivationRoutes activations;
    private final OutputRoutes outputs;
    private final LiveStreams streams;
    private final HookRoutes hooks;
    private final SubjectRoutes subjects;
    private final BatchRoutes batches;
    private final BatchStreams batchStreams;
    private final CurrentLoad load;
    private final FeedRoutes feeds;
    private final ApiDocument document = ApiDocument.load();

    /**
     * @param guard gets all requests before they are looked at, and lets them pass or refuses them
     * @param browsers gets them next, and turns the cookie of a login into its token
     * @param rates gets the requests with a valid token or key, and lets them pass or refuses them
     */
    Api(
            Handler<RoutingContext> guard,
            Handler<RoutingContext> browsers,
            TokenVerifier verifier,
            Handler<RoutingContext> rates,
            Forwarding auth,
            Forwarding registry,
            ActivationRoutes activations,
            OutputRoutes outputs,
            LiveStreams streams,
            HookRoutes hooks,
            SubjectRoutes subjects,
            BatchRoutes batches,
            BatchStreams batchStreams,
            CurrentLoad load,
            FeedRoutes feeds) {
        this.guard = guard;
        this.browsers = browsers;
        this.reader = Authenticated.by(verifier, rates, Scope.READ);
        this.invoker = Authenticated.by(verifier, rates, Scope.INVOKE);
        this.developer = Authenticated.by(verifier, rates, Scope.FUNCTIONS);
        this.secretWriter = Authenticated.by(verifier, rates, Scope.SECRETS);
        this.admin = Authenticated.by(verifier, rates);
        this.accounts = Authenticated.ifValid(verifier, rates);
        this.auth = auth;
        this.registry = registry;
        this.activations = activations;
        this.outputs = outputs;
        this.streams = streams;
        this.hooks = hooks;
        this.subjects = subjects;
        this.batches = batches;
        this.batchStreams = batchStreams;
        this.load = load;
        this.feeds = feeds;
    }

    List<Listener> listeners(GatewayConfig.Ports ports, ClientProgram client, ConsoleFiles console) {
        return List.of(
                new Listener("api", ports.api(), guarded(on -> {
                    routeAll(on, client);
                    console.addTo(on);
                })),
                new Listener("auth", ports.auth(), guarded(this::routeAccounts)),
                new Listener("registry", ports.registry(), guarded(this::routeFunctions)));
    }

    private Consumer<Router> guarded(Consumer<Router> routes) {
        return on -> {
            on.route().handler(guard);
            on.route().handler(browsers);
            routes.accept(on);
        };
    }

    private void routeAll(Router on, ClientProgram client) {
        routeAccounts(on);
        routeFunctions(on);
        routeActivations(on);
        routeBatches(on);
        routeProjects(on);
        routeAudit(on);
        routeSecrets(on);
        routeSchedules(on);
        routeHooks(on);
        routeSources(on);
        routeDestinations(on);
        on.get("/v1/stats").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/stats/now").handler(JSON).handler(reader).respond(load::get);
        routeJobs(on);
        on.get("/v1/events").handler(EVENTS_OR_LINES).handler(reader).handler(feeds::events);
        on.get("/openapi.yaml").handler(YAML).handler(document);
        on.get("/cli/faas").handler(BYTES).handler(client);
    }

    private void routeAccounts(Router on) {
        on.route("/v1/auth/*").handler(accounts).handler(auth);
        on.get("/.well-known/jwks.json").handler(JSON).handler(auth);
        routeAdministration(on);
    }

    /** Auth and the registry decide who is an admin ({@code AdminGuard}). No API key reaches these. */
    private void routeAdministration(Router on) {
        on.get("/v1/admin/users").handler(JSON).handler(admin).handler(auth);
        on.post("/v1/admin/users").handler(JSON).handler(admin).handler(auth);
        on.get("/v1/admin/users/:user").handler(JSON).handler(admin).handler(auth);
        on.patch("/v1/admin/users/:user").handler(JSON).handler(admin).handler(auth);
        on.delete("/v1/admin/users/:user").handler(JSON).handler(admin).handler(auth);
        Bodies.declareTypes(on.post("/v1/admin/users/:user/reset"), List.of())
                .handler(admin)
                .handler(auth);
        on.delete("/v1/admin/users/:user/sessions").handler(admin).handler(auth);
        on.get("/v1/admin/invitations").handler(JSON).handler(admin).handler(auth);
        on.post("/v1/admin/invitations").handler(JSON).handler(admin).handler(auth);
        on.delete("/v1/admin/invitations/:invitation").handler(admin).handler(auth);
        on.get("/v1/admin/settings").handler(JSON).handler(admin).handler(auth);
        on.patch("/v1/admin/settings").handler(JSON).handler(admin).handler(auth);
        on.get("/v1/admin/audit/auth").handler(JSON).handler(admin).handler(auth);
        on.get("/v1/admin/audit/auth/export").handler(NDJSON).handler(admin).handler(auth);
    }

    private void routeFunctions(Router on) {
        on.get("/v1/functions").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/functions").handler(JSON).handler(developer).handler(registry);
        on.get("/v1/functions/:ref").handler(JSON).handler(reader).handler(registry);
        on.put("/v1/functions/:ref").handler(JSON).handler(developer).handler(registry);
        on.patch("/v1/functions/:ref").handler(JSON).handler(developer).handler(registry);
        on.delete("/v1/functions/:ref").handler(developer).handler(registry);
        on.get("/v1/functions/:ref/revisions").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/functions/:ref/rollback").handler(JSON).handler(developer).handler(registry);
        on.post("/v1/functions/:ref/pause").handler(JSON).handler(developer).handler(registry);
        Bodies.declareTypes(on.post("/v1/functions/:ref/resume"), List.of())
                .handler(JSON)
                .handler(developer)
                .handler(registry);
    }

    private void routeProjects(Router on) {
        on.get("/v1/projects/:project/quota").handler(JSON).handler(reader).handler(registry);
        for (var shown : List.of("policy", "spawners", "queues", "bus")) {
            on.get("/v1/admin/" + shown).handler(JSON).handler(admin).handler(registry);
        }
        on.get("/v1/admin/projects").handler(JSON).handler(admin).handler(registry);
        on.patch("/v1/admin/projects/:project").handler(JSON).handler(admin).handler(registry);
    }

    private void routeAudit(Router on) {
        on.get("/v1/admin/audit/registry").handler(JSON).handler(admin).handler(registry);
        on.get("/v1/admin/audit/registry/export").handler(NDJSON).handler(admin).handler(registry);
    }

    private void routeSecrets(Router on) {
        on.get("/v1/secrets").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/secrets/:name").handler(JSON).handler(reader).handler(registry);
        on.put("/v1/secrets/:name").handler(JSON).handler(secretWriter).handler(registry);
        on.delete("/v1/secrets/:name").handler(secretWriter).handler(registry);
    }

    private void routeSchedules(Router on) {
        on.get("/v1/schedules").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/schedules").handler(JSON).handler(developer).handler(registry);
        on.post("/v1/schedules/preview").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/schedules/:schedule").handler(JSON).handler(reader).handler(registry);
        on.put("/v1/schedules/:schedule").handler(JSON).handler(developer).handler(registry);
        on.patch("/v1/schedules/:schedule").handler(JSON).handler(developer).handler(registry);
        on.delete("/v1/schedules/:schedule").handler(developer).handler(registry);
        on.post("/v1/schedules/:schedule/pause")
                .handler(JSON)
                .handler(developer)
                .handler(registry);
        on.post("/v1/schedules/:schedule/resume")
                .handler(JSON)
                .handler(developer)
                .handler(registry);
        on.post("/v1/schedules/:schedule/trigger")
                .handler(JSON)
                .handler(invoker)
                .handler(registry);
        on.post("/v1/schedules/:schedule/backfill")
                .handler(JSON)
                .handler(invoker)
                .handler(registry);
        on.get("/v1/schedules/:schedule/ticks").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/schedules/:schedule/ticks/:time")
                .handler(JSON)
                .handler(reader)
                .handler(registry);
    }

    private void routeHooks(Router on) {
        on.get("/v1/hooks").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/hooks").handler(JSON).handler(developer).handler(registry);
        var one = "/v1/hooks/:hook";
        on.get(one).handler(JSON).handler(reader).handler(registry);
        on.put(one).handler(JSON).handler(developer).handler(registry);
        on.patch(one).handler(JSON).handler(developer).handler(registry);
        on.delete(one).handler(developer).handler(registry);
        on.post(one + "/rotate").handler(JSON).handler(developer).handler(registry);
        for (var action : List.of("pause", "resume")) {
            Bodies.declareTypes(on.post(one + "/" + action), List.of())
                    .handler(JSON)
                    .handler(developer)
                    .handler(registry);
        }
        on.get(one + "/requests").handler(JSON).handler(reader).handler(registry);
        on.post("/hooks/:hookId/:secret")
                .handler(JSON)
                .handler(hooks::admit)
                .handler(hooks.body())
                .respond(hooks::receive);
    }

    private void routeSources(Router on) {
        on.get("/v1/sources").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/sources").handler(JSON).handler(developer).handler(registry);
        var one = "/v1/sources/:source";
        on.get(one).handler(JSON).handler(reader).handler(registry);
        on.put(one).handler(JSON).handler(developer).handler(registry);
        on.patch(one).handler(JSON).handler(developer).handler(registry);
        on.delete(one).handler(developer).handler(registry);
        for (var action : List.of("pause", "resume")) {
            Bodies.declareTypes(on.post(one + "/" + action), List.of())
                    .handler(JSON)
                    .handler(developer)
                    .handler(registry);
        }
        on.post("/v1/subjects/:subject")
                .handler(JSON)
                .handler(invoker)
                .handler(SubjectRoutes.bodyHandler())
                .respond(subjects::publish);
    }

    private void routeDestinations(Router on) {
        on.get("/v1/destinations").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/destinations").handler(JSON).handler(developer).handler(registry);
        var one = "/v1/destinations/:destination";
        on.get(one).handler(JSON).handler(reader).handler(registry);
        on.put(one).handler(JSON).handler(developer).handler(registry);
        on.patch(one).handler(JSON).handler(developer).handler(registry);
        on.delete(one).handler(developer).handler(registry);
        on.post(one + "/rotate").handler(JSON).handler(developer).handler(registry);
        for (var action : List.of("enable", "disable", "test")) {
            Bodies.declareTypes(on.post(one + "/" + action), List.of())
                    .handler(JSON)
                    .handler(developer)
                    .handler(registry);
        }
        on.post("/v1/callback-secret").handler(JSON).handler(developer).handler(registry);
        on.get("/v1/deliveries").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/deliveries/:delivery").handler(JSON).handler(reader).handler(registry);
        Bodies.declareTypes(on.post("/v1/deliveries/:delivery/redeliver"), List.of())
                .handler(JSON)
                .handler(invoker)
                .handler(registry);
    }

    private void routeJobs(Router on) {
        on.post("/v1/jobs").handler(JSON).handler(invoker).handler(registry);
        on.get("/v1/jobs").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/jobs/:job").handler(JSON).handler(reader).handler(registry);
        on.delete("/v1/jobs/:job").handler(JSON).handler(invoker).handler(registry);
        on.get("/v1/dead-letters").handler(JSON).handler(reader).handler(registry);
        on.post("/v1/dead-letters/redrive").handler(JSON).handler(invoker).handler(registry);
        on.post("/v1/dead-letters/dismiss").handler(JSON).handler(invoker).handler(registry);
    }

    /** Rows of batches are made and closed by this gateway alone. */
    private void routeBatches(Router on) {
        Bodies.declareTypes(on.post("/v1/functions/:ref/batches"), BatchRoutes.TYPES)
                .handler(JSON_OR_LINES)
                .handler(invoker)
                .handler(BatchRoutes.bodyHandler())
                .handler(batches::submit);
        on.get("/v1/batches").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/batches/:batch").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/batches/:batch/items").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/batches/:batch/events").handler(EVENTS).handler(reader).handler(batchStreams::events);
    }

    private void routeActivations(Router on) {
        Bodies.declareTypes(on.post("/v1/functions/:ref/activations"), SubmissionBody.TYPES)
                .handler(JSON)
                .handler(invoker)
                .handler(SubmissionBody.bodyHandler())
                .respond(activations::submit);
        on.get("/v1/activations").handler(JSON).handler(reader).handler(registry);
        on.get("/v1/activations/:id").handler(JSON).handler(reader).handler(activations::get);
        on.delete("/v1/activations/:id").handler(JSON).handler(invoker).respond(activations::cancel);
        on.get("/v1/activations/:id/explain").handler(JSON).handler(reader).respond(activations::explain);
        on.get("/v1/activations/:id/argument").handler(TEXT).handler(reader).respond(activations::argument);
        on.post("/v1/activations/:id/replay")
                .handler(JSON)
                .handler(invoker)
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(activations::replay);
        on.get("/v1/activations/:id/result").handler(BYTES).handler(reader).handler(outputs::result);
        on.get("/v1/activations/:id/logs").handler(TEXT).handler(reader).handler(outputs::logs);
        on.get("/v1/activations/:id/events").handler(EVENTS).handler(reader).handler(streams::events);
    }
}
