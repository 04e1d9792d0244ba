package dev.faas.system.contract;

import dev.faas.wire.Codec;
import io.vertx.openapi.contract.Operation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Builds a request that provokes a given problem of an operation, or that succeeds as long as the system is not changed.
 *
 * @param headers names and values in turn
 * @param body empty: none
 */
record Provocation(String method, String target, List<String> headers, String body) {
    static final String USERNAME = "ada";
    static final String PASSWORD = "correct horse battery staple";
    static final String FUNCTION = "target";
    static final String SECRET = "db-password";
    /** A function names it. */
    static final String USED_SECRET = "used";

    static final String SCHEDULE = "yearly";

    static final String DESTINATION = "erp";
    /** A destination that calls a function. */
    static final String CALL = "chain";

    static final String HOOK = "push";
    static final String SOURCE = "orders";

    /** It has no address. */
    static final String RECEIVER = "https://receiver.invalid/";

    /** Another user. */
    static final String OTHER = "grace";

    static final String DISABLED = "dora";

    private static final int MORE_THAN_A_BATCH = (8 << 20) + 1;
    /** But that of a batch. */
    private static final int MORE_THAN_ANY_BODY = (1 << 20) + 1;

    private static final int MORE_THAN_A_HEAD = 17_000;

    /** An Idempotency-Key that is used already. */
    static final String KEY = "used-up";

    /** A function whose queue is full. */
    static final String CROWDED = "crowded";

    static final String HALTED = "halted";

    /** Selects no activation. */
    private static final Map<String, String> NOTHING = Map.of("function", "nobodys");

    /**
     * The functions and activations that requests refer to.
     *
     * @param waiting a queued activation
     * @param faded one whose argument and output expire
     * @param finished a cancelled activation
     * @param orphan one whose function is deleted
     * @param crowded a function whose queue is full
     * @param halted of a function that is paused and refuses submits
     * @param delivery of a test event
     * @param address of the hook: its id and secret
     * @param batch has items that nobody runs
     */
    record Activations(
            String waiting,
            String faded,
            String finished,
            String orphan,
            String crowded,
            String halted,
            String delivery,
            String address,
            String batch) {
        Activations withWaiting(String other) {
            return new Activations(other, faded, finished, orphan, crowded, halted, delivery, address, batch);
        }

        Activations withDelivery(String other) {
            return new Activations(waiting, faded, finished, orphan, crowded, halted, other, address, batch);
        }

        Activations withAddress(String other) {
            return new Activations(waiting, faded, finished, orphan, crowded, halted, delivery, other, batch);
        }

        Activations withBatch(String other) {
            return new Activations(waiting, faded, finished, orphan, crowded, halted, delivery, address, other);
        }
    }

    /**
     * The values for requests; tokens are valid.
     *
     * @param narrowKeys API keys, each with one scope: the first may write secrets only, the second submit only
     */
    record Means(
            Activations activations,
            String accessToken,
            String refreshToken,
            String expiredToken,
            List<String> narrowKeys) {
        String activation() {
            return activations.waiting();
        }

        /** The subject of the access token; empty without one. */
        String userId() {
            if (accessToken.isEmpty()) {
                return "";
            }
            var claims = Base64.getUrlDecoder().decode(accessToken.split("\\.")[1]);
            return Codec.readTree(claims).path("sub").asText();
        }

        Means withActivations(Activations others) {
            return new Means(others, accessToken, refreshToken, expiredToken, narrowKeys);
        }

        Means withTokens(String access, String refresh) {
            return new Means(activations, access, refresh, expiredToken, narrowKeys);
        }

        Means withExpiring(String token) {
            return new Means(activations, accessToken, refreshToken, token, narrowKeys);
        }

        Means withNarrowKeys(List<String> keys) {
            return new Means(activations, accessToken, refreshToken, expiredToken, keys);
        }

        /** An API key that may not make the call. */
        String narrowKey(String operationId) {
            return List.of("putSecret", "deleteSecret").contains(operationId)
                    ? narrowKeys.getLast()
                    : narrowKeys.getFirst();
        }
    }

    static Provocation of(Operation operation, ApiYaml.Documented problem, Means means) {
        var good = good(operation, means);
        return switch (problem.code()) {
            case "unauthenticated" -> good.without("Authorization");
            case "token_expired" ->
                good.without("Authorization").with("Authorization", "Bearer " + means.expiredToken());
            case "forbidden" ->
                good.without("Authorization")
                        .with("Authorization", "Bearer " + means.narrowKey(operation.getOperationId()));
            case "invalid_credentials" ->
                operation.getOperationId().equals("refreshBrowserLogin")
                        ? good
                        : good.body(
                                switch (operation.getOperationId()) {
                                    case "login", "openBrowserLogin" ->
                                        Map.of("username", USERNAME, "password", "not the one");
                                    case "deleteMe" -> Map.of("currentPassword", "not the one");
                                    case "changePassword" ->
                                        Map.of("currentPassword", "not the one", "newPassword", PASSWORD);
                                    default -> Map.of("refresh_token", "unknown");
                                });
            case "method_not_allowed" -> good.method("PROPFIND");
            case "not_acceptable" -> good.with("Accept", "image/png");
            case "unsupported_media_type" ->
                good.without("Content-Type")
                        .with(
                                "Content-Type",
                                operation.getOperationId().equals("receiveHook")
                                        ? "multipart/form-data"
                                        : "application/xml");
            case "uri_too_long" -> good.target(good.target() + "?x=" + "a".repeat(MORE_THAN_A_HEAD));
            case "headers_too_large" -> good.with("X-Large", "a".repeat(MORE_THAN_A_HEAD));
            case "body_too_large" ->
                good.body(Map.of(
                        "x",
                        "a"
                                .repeat(
                                        operation.getOperationId().equals("submitBatch")
                                                ? MORE_THAN_A_BATCH
                                                : MORE_THAN_ANY_BODY)));
            case "batch_too_large" ->
                good.body(Map.of("argument", "x", "array", Map.of("from", 0, "to", 1_000_000_000)));
            case "argument_too_large" ->
                good.body(
                        operation.getTags().contains("Schedules")
                                ? Map.of(
                                        "name",
                                        SCHEDULE,
                                        "function",
                                        FUNCTION,
                                        "cron",
                                        "@yearly",
                                        "argument",
                                        "a".repeat(131_072))
                                : Map.of("argument", "a".repeat(131_072)));
            case "malformed_json" -> good.text("{");
            case "invalid_request" ->
                problem.status() == 417 ? good.with("Expect", "200-tea") : invalid(operation, good);
            case "username_taken" ->
                good.body(
                        operation.getOperationId().equals("createUser")
                                ? Map.of("username", USERNAME)
                                : Map.of("username", USERNAME, "password", PASSWORD));
            case "invitation_invalid" ->
                good.body(Map.of("username", "invited", "password", PASSWORD, "invitation", "unknown"));
            case "csrf_failed" -> good.without("Sec-Fetch-Site").with("Sec-Fetch-Site", "cross-site");
            case "code_invalid" -> good;
            case "user_disabled" -> good.target(good.target().replace(OTHER, DISABLED));
            case "user_not_found" -> good.target(good.target().replace(OTHER, "nobody"));
            case "last_admin" -> {
                var itself = good.target(good.target().replace(OTHER, USERNAME));
                yield operation.getOperationId().equals("updateUser")
                        ? itself.body(Map.of("state", "disabled"))
                        : itself;
            }
            case "function_exists" -> good.body(Map.of("name", FUNCTION, "image", "registry.example/x:1"));
            case "key_not_found", "job_not_found" -> good;
            case "secret_not_found" -> good.target(good.target().replace(SECRET, "nobodys"));
            case "secret_in_use" -> good.target(good.target().replace(SECRET, USED_SECRET));
            case "session_not_found" -> good.target("/v1/auth/sessions/sid_unknown");
            case "schedule_not_found" -> good.target(good.target().replace(SCHEDULE, "nobodys"));
            case "hook_not_found" ->
                operation.getOperationId().equals("receiveHook")
                        ? good.target(good.target() + "0")
                        : good.target(good.target().replace(HOOK, "nobodys"));
            case "source_not_found" -> good.target(good.target().replace(SOURCE, "nobodys"));
            case "callback_secret_missing" -> good.body(submission("url", RECEIVER));
            case "destination_not_found" ->
                isSubmit(operation)
                        ? good.body(submission("destination", "nobodys"))
                        : good.target(good.target().replace(DESTINATION, "nobodys"));
            case "delivery_not_found" ->
                good.target(good.target().replace(means.activations().delivery(), "dlv_unknown"));
            case "batch_not_found" ->
                good.target(good.target().replace(means.activations().batch(), "bat_unknown"));
            case "events_expired" -> good.target(good.target() + "?after=999999999");
            case "address_forbidden" ->
                good.body(
                        isSubmit(operation)
                                ? submission("url", "http://127.0.0.1/")
                                : destination(DESTINATION, "http://127.0.0.1/"));
            case "destination_loop" ->
                good.target(good.target().replace(DESTINATION, CALL)).body(call(FUNCTION, List.of()));
            case "headers_required" -> // the URL alone is another one
                good.body(
                        operation.getOperationId().equals("updateDestination")
                                ? Map.of("url", "https://another.example/")
                                : destination(DESTINATION, "https://another.example/"));
            case "name_taken" ->
                good.body(
                        switch (operation.getTags().getFirst()) {
                            case "Schedules" -> schedule(SCHEDULE);
                            case "Hooks" -> hook(HOOK, FUNCTION);
                            case "Sources" -> source(SOURCE, FUNCTION);
                            default -> destination(DESTINATION, RECEIVER);
                        });
            case "function_not_found" ->
                switch (operation.getTags().getFirst()) {
                    case "Schedules" -> good.body(Map.of("name", SCHEDULE, "function", "nobodys", "cron", "@yearly"));
                    case "Hooks" -> good.body(hook(HOOK, "nobodys"));
                    case "Sources" -> good.body(source(SOURCE, "nobodys"));
                    case "Statistics" -> good.target(good.target() + "?function=nobodys");
                    case "Destinations" ->
                        good.target(good.target().replace(DESTINATION, CALL)).body(call("nobodys", List.of(CROWDED)));
                    default ->
                        good.about(
                                "nobodys",
                                means.activation(),
                                means.activations().orphan());
                };
            case "project_not_found" -> good.target(good.target().replace(means.userId(), "nobodys"));
            case "activation_not_found" -> good.about(FUNCTION, means.activation(), "0".repeat(26));
            case "already_finished" ->
                good.about(FUNCTION, means.activation(), means.activations().finished());
            case "result_expired" ->
                good.about(FUNCTION, means.activation(), means.activations().faded());
            case "queue_full" ->
                good.about(CROWDED, means.activation(), means.activations().crowded());
            case "function_paused" ->
                good.about(HALTED, means.activation(), means.activations().halted());
            case "idempotency_key_reused" ->
                (switch (operation.getOperationId()) {
                            case "submitActivation" -> good.body(Map.of("argument", "y"));
                            case "receiveHook" ->
                                good.body(Map.of("argument", "y")).with("webhook-id", KEY);
                            case "triggerSchedule" -> good.body(Map.of("overlap", "skip"));
                            case "backfillSchedule" -> good.body(newYear("2026-01-03T00:00:00Z"));
                            case "createJob" -> good.body(job("replay"));
                            default -> good;
                        })
                        .with("Idempotency-Key", KEY);
            case "range_not_satisfiable" ->
                good.about(FUNCTION, means.activation(), means.activations().faded())
                        .with("Range", "bytes=999999999-");
            case "precondition_failed" ->
                good.about(FUNCTION, means.activation(), means.activations().faded())
                        .with("If-Match", "\"999\"");
            // What is in its way is for the test to arrange: a part that is away or broken, a body that does not
            // arrive.
            case "unavailable", "outcome_unknown", "internal", "request_timeout" -> good;
            default -> throw new AssertionError("no way to provoke " + problem + ": add one here");
        };
    }

    private static boolean isSubmit(Operation operation) {
        return operation.getOperationId().equals("submitActivation");
    }

    private static Map<String, Object> submission(String receiver, String value) {
        return Map.of("argument", "x", "callback", Map.of(receiver, value));
    }

    /** A request that succeeds. */
    static Provocation good(Operation operation, Means means) {
        var target = operation
                .getOpenAPIPath()
                .replace("{ref}", FUNCTION)
                .replace("{id}", means.activation())
                .replace("{project}", means.userId())
                .replace("{sid}", "sid_unknown")
                .replace("{name}", SECRET)
                .replace("{schedule}", SCHEDULE)
                .replace("{destination}", DESTINATION)
                .replace("{hook}", HOOK)
                .replace("{source}", SOURCE)
                .replace("{subject}", "invoices.new")
                .replace("{hookId}/{secret}", means.activations().address())
                .replace("{delivery}", means.activations().delivery())
                .replace("{batch}", means.activations().batch())
                .replace("{time}", "2026-01-01T00:00:00Z")
                .replace("{job}", "job_unknown")
                .replace("{keyId}", "key_unknown")
                .replace("{user}", OTHER)
                .replace("{invitation}", "inv_unknown");
        var request = new Provocation(operation.getHttpMethod().name(), target, List.of(), "");
        if (!operation.getSecurityRequirements().isEmpty()) {
            request = request.with("Authorization", "Bearer " + means.accessToken());
        }
        var fresh = "x" + UUID.randomUUID().toString().substring(0, 12);
        var function = Map.of("image", "registry.example/x:1");
        var submission = Map.of("argument", "x");
        return switch (operation.getOperationId()) {
            case "register" -> request.json(Map.of("username", fresh, "password", PASSWORD));
            case "login" -> request.json(Map.of("username", USERNAME, "password", PASSWORD));
            case "openBrowserLogin" ->
                request.json(Map.of("username", USERNAME, "password", PASSWORD)).with("Sec-Fetch-Site", "same-origin");
            case "refreshBrowserLogin", "endBrowserLogin" -> request.with("Sec-Fetch-Site", "same-origin");
            case "refresh", "logout" -> request.json(Map.of("refresh_token", means.refreshToken()));
            case "resetPassword" -> request.json(Map.of("code", "unknown", "newPassword", PASSWORD));
            case "createUser" -> request.json(Map.of("username", fresh));
            case "updateUser" -> request.json(Map.of("state", "active"));
            case "createInvitation" -> request.json(Map.of());
            case "updateSettings" -> request.json(Map.of("registration", "open"));
            // Refused: this is the only admin.
            case "deleteMe" -> request.json(Map.of("currentPassword", PASSWORD));
            // The same password again: the other logins end, and this one goes on.
            case "changePassword" -> request.json(Map.of("currentPassword", PASSWORD, "newPassword", PASSWORD));
            case "createKey" -> request.json(Map.of("name", fresh));
            case "rotateCallbackSecret" -> request.json(Map.of());
            case "putSecret" -> request.json(Map.of("value", "x"));
            case "createSchedule" -> request.json(schedule(fresh));
            case "replaceSchedule" -> request.json(schedule(SCHEDULE));
            case "updateSchedule", "pauseSchedule", "resumeSchedule" -> request.json(Map.of("note", "x"));
            case "triggerSchedule" -> request.json(Map.of());
            case "backfillSchedule" -> request.json(newYear("2026-01-02T00:00:00Z"));
            case "createDestination" -> request.json(destination(fresh, RECEIVER));
            case "replaceDestination" -> request.json(destination(DESTINATION, RECEIVER));
            case "updateDestination" -> request.json(Map.of("timeoutSeconds", 1));
            case "rotateDestination" -> request.json(Map.of("overlapHours", 1));
            case "createHook" -> request.json(hook(fresh, FUNCTION));
            case "replaceHook" -> request.json(hook(HOOK, FUNCTION));
            case "updateHook" -> request.json(Map.of("tags", Map.of()));
            case "createSource" -> request.json(source(fresh, FUNCTION));
            case "replaceSource" -> request.json(source(SOURCE, FUNCTION));
            case "updateSource" -> request.json(Map.of("maxInFlight", 1));
            case "publishMessage" -> request.json(submission);
            case "rotateHook" -> request.json(Map.of("overlapHours", 1));
            case "receiveHook" -> request.json(submission);
            case "previewSchedule" -> request.json(Map.of("cron", "@yearly"));
            case "createFunction" -> request.json(Map.of("name", fresh, "image", "registry.example/x:1"));
            case "replaceFunction" -> request.json(Map.of("name", FUNCTION, "image", "registry.example/x:1"));
            case "updateFunction" -> request.json(function);
            case "pauseFunction" -> request.json(Map.of("note", "x"));
            case "rollbackFunction" -> request.json(Map.of("revision", 1));
            case "submitActivation" -> request.json(submission);
            case "submitBatch" -> request.json(Map.of("items", List.of(submission)));
            case "replayActivation" -> request.json(Map.of());
            case "createJob" -> request.json(job("cancel"));
            case "redriveDeadLetters", "dismissDeadLetters" -> request.json(Map.of("filter", NOTHING));
            case "updateProject" -> request.json(Map.of("quota", Map.of("revisions", 1_000)));
            default -> request;
        };
    }

    private static Map<String, Object> job(String action) {
        return Map.of("action", action, "filter", NOTHING);
    }

    /** One time of the schedule is in it. */
    private static Map<String, String> newYear(String until) {
        return Map.of("from", "2025-12-31T00:00:00Z", "to", until);
    }

    static Map<String, String> schedule(String name) {
        return Map.of("name", name, "function", FUNCTION, "cron", "@yearly");
    }

    static Map<String, Object> destination(String name, String url) {
        return Map.of("name", name, "url", url, "events", List.of("activation.cancelled"));
    }

    /** @param functions whose ends call it; empty: all */
    static Map<String, Object> call(String function, List<String> functions) {
        return Map.of(
                "name",
                CALL,
                "kind",
                "function",
                "function",
                function,
                "functions",
                functions,
                "events",
                List.of("activation.cancelled"));
    }

    /** It takes a part of the body, so another body is invalid. */
    static Map<String, Object> hook(String name, String function) {
        return Map.of(
                "name",
                name,
                "function",
                function,
                "signature",
                Map.of("scheme", "none"),
                "body",
                Map.of("as", "pointer", "pointer", "/argument"));
    }

    static Map<String, Object> source(String name, String function) {
        return Map.of("name", name, "function", function, "subject", "none");
    }

    private static Provocation invalid(Operation operation, Provocation good) {
        return switch (operation.getOperationId()) {
            case "listFunctions",
                    "listRevisions",
                    "listActivations",
                    "listProjects",
                    "listSessions",
                    "listKeys",
                    "listSecrets",
                    "listSchedules",
                    "listTicks",
                    "listDestinations",
                    "listHooks",
                    "listSources",
                    "listDeliveries",
                    "listDeadLetters",
                    "listBatches",
                    "listBatchItems",
                    "listJobs",
                    "listUsers",
                    "listInvitations",
                    "listAudit",
                    "listRegistryAudit" -> good.target(good.target() + "?limit=0");
            case "publishMessage" -> good.target(good.target().replace("invoices.new", "*"));
            case "explainTick" -> good.target(good.target().replace("2026-01-01T00:00:00Z", "yesterday"));
            case "exportAudit", "exportRegistryAudit" -> good.target(good.target() + "?since=yesterday");
            case "getActivation" -> good.target(good.target() + "?wait=long");
            case "getLogs" -> good.target(good.target() + "?follow=perhaps");
            case "streamEvents", "streamFeed" -> good.with("Last-Event-ID", "the first");
            case "deleteFunction" -> good.target(good.target() + "@1");
            default ->
                good.body().isEmpty()
                        // An invalid UTF-8 byte.
                        ? good.target(good.target() + "?x=%ff")
                        : good.body(Map.of("colour", "green"));
        };
    }

    /** The raw request; its Content-Length may be wrong. */
    String head(int length) {
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: faas\r\n");
        for (int i = 0; i < headers.size(); i += 2) {
            head.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
        }
        return (length == 0 ? head : head.append("Content-Length: " + length + "\r\n")) + "\r\n";
    }

    String whole() {
        return head(body.length()) + body;
    }

    /** The same request for another function or activation. */
    private Provocation about(String function, String activation, String other) {
        return target(target.replace(FUNCTION, function).replace(activation, other));
    }

    Provocation about(String function) {
        return target(target.replace(FUNCTION, function));
    }

    private Provocation method(String other) {
        return new Provocation(other, target, headers, body);
    }

    Provocation target(String other) {
        return new Provocation(method, other, headers, body);
    }

    Provocation with(String name, String value) {
        var more = new ArrayList<>(headers);
        more.addAll(List.of(name, value));
        return new Provocation(method, target, more, body);
    }

    private Provocation without(String name) {
        var fewer = new ArrayList<String>();
        for (int i = 0; i < headers.size(); i += 2) {
            if (!headers.get(i).equals(name)) {
                fewer.addAll(headers.subList(i, i + 2));
            }
        }
        return new Provocation(method, target, fewer, body);
    }

    private Provocation json(Map<String, ?> fields) {
        return with("Content-Type", "application/json").body(fields);
    }

    Provocation body(Map<String, ?> fields) {
        return new Provocation(method, target, headers, new String(Codec.write(fields), StandardCharsets.UTF_8));
    }

    private Provocation text(String text) {
        return new Provocation(method, target, headers, text);
    }
}
