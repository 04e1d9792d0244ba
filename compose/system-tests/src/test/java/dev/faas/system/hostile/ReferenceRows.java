package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/** Unknown references and ids, also ones with a meaning for NATS subjects, paths or SQL. */
final class ReferenceRows {
    private ReferenceRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(functions(), activations(), hooks(), others(), calls(), batches(), paths())
                .flatMap(rows -> rows);
    }

    private static Stream<Refusal> functions() {
        return Stream.of(
                        "*",
                        ">",
                        "a.b",
                        "a.*",
                        "{fn}.>",
                        "$JS.API",
                        "%2e%2e%2f%2e%2e%2fetc",
                        "a%2fb",
                        "%2f",
                        "a%00b",
                        "{fn}%00",
                        "{fn}%0a",
                        "a%0d%0aX-Evil:%201",
                        "a%20b",
                        "%20{fn}",
                        "a%3fb",
                        "a%23b",
                        "a%25b",
                        "A",
                        "TARGET",
                        "a_b",
                        "-",
                        "a-",
                        "1",
                        "%c3%a9",
                        "%f0%9f%92%a9",
                        "'%20OR%201=1--",
                        "a;b",
                        "a,b",
                        "{fn}@0",
                        "{fn}@-1",
                        "{fn}@01",
                        "{fn}@1.0",
                        "{fn}@",
                        "{fn}@1@1",
                        "{fn}@latest",
                        "{fn}@2",
                        "{fn}@999999999",
                        "{fn}@99999999999999999999",
                        "{fnId}@2",
                        "{fnId}x",
                        "fn_",
                        "fn_*",
                        "fn_0000000000000000000000000",
                        "fn_00000000000000000000000000",
                        "FN_00000000000000000000000000",
                        "usr_00000000000000000000000000",
                        "a".repeat(64),
                        "a".repeat(5_000))
                .flatMap(ReferenceRows::everywhere);
    }

    private static Stream<Refusal> everywhere(String ref) {
        var get = request("GET function " + brief(ref), "GET", "/v1/functions/" + ref);
        var submit = request("submit to " + brief(ref), "POST", "/v1/functions/" + ref + "/activations");
        return Stream.of(
                        get.at(Door.API, Door.REGISTRY),
                        submit.json("{'argument':''}").at(Door.API),
                        request("revisions of " + brief(ref), "GET", "/v1/functions/" + ref + "/revisions")
                                .at(Door.REGISTRY))
                .flatMap(rows -> rows)
                .filter(row -> !row.what().startsWith("revisions") || !pins(ref))
                .map(row -> row.asUser().is(404, "function_not_found"));
    }

    /** References with a revision where none is allowed. */
    private static boolean pins(String ref) {
        return ref.contains("@");
    }

    private static Stream<Refusal> activations() {
        return Stream.of(
                        "*",
                        ">",
                        "a.b",
                        "events",
                        "{id}x",
                        "{id}.state",
                        "{id}%00",
                        "{id}%0a",
                        "%2e%2e%2fx",
                        "{id}%2flogs",
                        "0".repeat(25),
                        "00000000000000000000000000",
                        "80000000000000000000000000",
                        "0000000000000000000000000u",
                        "0000000000000000000000000O",
                        "act_00000000000000000000000000",
                        "018f3c1e-7b7a-7c3e-8f4d-1a2b3c4d5e6f",
                        "-1",
                        "1e9",
                        "null",
                        "'%20OR%201=1--",
                        "%c3%a9",
                        "A".repeat(26),
                        "0".repeat(5_000))
                .flatMap(id -> Stream.of("", "/result", "/logs", "/events")
                        .map(rest -> request("activation " + brief(id) + rest, "GET", "/v1/activations/" + id + rest)))
                .map(row -> row.asUser().is(404, "activation_not_found"));
    }

    /** For the owner, and for a sender that guesses. */
    private static Stream<Refusal> hooks() {
        return Stream.of(
                        "*",
                        ">",
                        "a.b",
                        "a%00b",
                        "%2e%2e%2fx",
                        "hk_",
                        "hk_*",
                        "hk_00000000000000000000000000",
                        "'%20OR%201=1--",
                        "%c3%a9",
                        "a".repeat(5_000))
                .flatMap(ref -> Stream.of(
                        request("hook " + brief(ref), "GET", "/v1/hooks/" + ref).asUser(),
                        request("requests of hook " + brief(ref), "GET", "/v1/hooks/" + ref + "/requests")
                                .asUser(),
                        request("send to hook " + brief(ref), "POST", "/hooks/" + ref + "/" + "0".repeat(40))
                                .json("{}"),
                        request("send with secret " + brief(ref), "POST", "/hooks/hk_00000000000000000000000000/" + ref)
                                .json("{}")))
                .map(row -> row.is(404, "hook_not_found"));
    }

    private static Stream<Refusal> others() {
        return Stream.of("schedule", "source", "destination", "delivery", "job")
                .flatMap(kind -> Stream.of(
                                "*", "a.b", "a%00b", "%2e%2e%2fx", "'%20OR%201=1--", "%c3%a9", "a".repeat(5_000))
                        .map(ref -> request(
                                        kind + " " + brief(ref),
                                        "GET",
                                        "/v1/" + (kind.equals("delivery") ? "deliveries" : kind + "s") + "/" + ref)
                                .asUser()
                                .is(404, kind + "_not_found")));
    }

    /** Functions that a destination is to call. */
    private static Stream<Refusal> calls() {
        return Stream.of("nobodys", "nobodys@1", "fn_00000000000000000000000000", "*", "a.b", "; --", "a".repeat(5_000))
                .map(ref -> {
                    var body = new JsonObject()
                            .put("name", "chain")
                            .put("kind", "function")
                            .put("function", ref)
                            .put("events", List.of("activation.failed"));
                    var row = request("call of " + brief(ref), "POST", "/v1/destinations")
                            .asUser()
                            .json(body.encode());
                    return ref.startsWith("nobodys") || ref.startsWith("fn_")
                            ? row.is(404, "function_not_found")
                            : row.is(400, "invalid_request");
                });
    }

    /** Also calls between services, which have the seeds of batches. */
    private static Stream<Refusal> batches() {
        var unknown = Stream.of(
                        "*",
                        "a.b",
                        "a%00b",
                        "%2e%2e%2fx",
                        "bat_",
                        "bat_00000000000000000000000000",
                        "bat_00000000000000000000000000%2fknown",
                        "bat_00000000000000000000000000%3fx",
                        "'%20OR%201=1--",
                        "%c3%a9",
                        "a".repeat(5_000))
                .flatMap(ref -> Stream.of("", "/items", "/events")
                        .map(rest -> request("batch " + brief(ref) + rest, "GET", "/v1/batches/" + ref + rest)
                                .asUser()
                                .is(404, "batch_not_found")));
        var inner = Stream.of(
                request("known items", "GET", "/v1/batches/bat_00000000000000000000000000/known")
                        .asUser()
                        .is(404, "not_found"),
                request("totals", "PUT", "/v1/batches/bat_00000000000000000000000000/totals")
                        .asUser()
                        .json("{'accepted':1,'rejected':0}")
                        .is(404, "not_found"),
                request("the row of a batch", "POST", "/v1/batches")
                        .asUser()
                        .json("{}")
                        .is(405, "method_not_allowed"));
        return Stream.concat(unknown, inner);
    }

    /** Unknown paths, and ones that cannot be decoded. */
    private static Stream<Refusal> paths() {
        return Stream.of(
                        path("a broken escape", "/v1/functions/%zz", 400, "invalid_request"),
                        path("half an escape", "/v1/functions/a%2", 400, "invalid_request"),
                        path("a percent sign alone", "/v1/functions/%", 400, "invalid_request"),
                        path("bytes that are no UTF-8", "/v1/functions/%ff%fe", 400, "invalid_request"),
                        path("an overlong slash", "/v1/functions/..%c0%af..%c0%afetc", 400, "invalid_request"),
                        path("half a surrogate pair", "/v1/functions/%ed%a0%80", 400, "invalid_request"),
                        path("the way up", "/v1/functions/../../../etc/passwd", 404, "not_found"),
                        path("the way up, encoded", "/v1/functions/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
                        path("an empty reference", "/v1/functions//revisions", 404, "function_not_found"),
                        path("a slash at the end of nothing", "/v1/nothing/", 404, "not_found"),
                        path("another version", "/v2/functions", 404, "not_found"),
                        path("another case", "/V1/FUNCTIONS", 404, "not_found"),
                        path("a part too many", "/v1/functions/{fn}/revisions/1", 404, "not_found"),
                        path("the inside", "/internal", 404, "not_found"),
                        path("metrics, which are not public", "/metrics", 404, "not_found"))
                .flatMap(row -> row.at(Door.API, Door.REGISTRY));
    }

    private static Refusal path(String what, String target, int status, String code) {
        return request(what, "GET", target).asUser().is(status, code);
    }

    private static String brief(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
