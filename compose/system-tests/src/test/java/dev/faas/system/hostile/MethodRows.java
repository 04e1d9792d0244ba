package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Methods and media types that an address does not support: each problem names the supported ones. */
final class MethodRows {
    private static final byte[] JSON = "{}".getBytes(StandardCharsets.UTF_8);

    private MethodRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(methods(), types(), accepts(), absent()).flatMap(rows -> rows);
    }

    private static Stream<Refusal> methods() {
        return Stream.of(
                        other("/healthz", "GET, HEAD, OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"),
                        other("/readyz", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/version", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/v1/auth/register", "OPTIONS, POST", "GET", "HEAD", "PUT", "DELETE"),
                        other("/v1/auth/login", "OPTIONS, POST", "GET", "PATCH"),
                        other("/v1/auth/me", "DELETE, GET, HEAD, OPTIONS", "POST", "PATCH"),
                        other("/.well-known/jwks.json", "GET, HEAD, OPTIONS", "POST", "PUT"),
                        other("/v1/functions", "GET, HEAD, OPTIONS, POST", "PUT", "PATCH", "DELETE"),
                        other("/v1/functions/{fn}", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT", "POST", "TRACE"),
                        other("/v1/functions/{fn}/revisions", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/v1/functions/{fn}/rollback", "OPTIONS, POST", "GET", "PUT"),
                        other("/v1/functions/{fn}/activations", "OPTIONS, POST", "GET", "DELETE"),
                        other("/v1/activations", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/v1/activations/{id}", "DELETE, GET, HEAD, OPTIONS", "POST", "PUT", "PATCH"),
                        other("/v1/activations/{id}/explain", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/v1/activations/{id}/replay", "OPTIONS, POST", "GET", "DELETE"),
                        other("/v1/activations/{id}/result", "GET, HEAD, OPTIONS", "POST", "DELETE"),
                        other("/v1/activations/{id}/logs", "GET, HEAD, OPTIONS", "PUT"),
                        other("/v1/activations/{id}/events", "GET, HEAD, OPTIONS", "POST"))
                .flatMap(rows -> rows);
    }

    private static Stream<Refusal> other(String target, String allow, String... methods) {
        return Stream.of(methods)
                .map(method -> request(method + " " + target, method, target)
                        .asUser()
                        .is(405, "method_not_allowed")
                        .answering("Allow", allow));
    }

    private static Stream<Refusal> types() {
        var types = Stream.of(
                        "text/html",
                        "application/xml",
                        "application/x-www-form-urlencoded",
                        "multipart/form-data; boundary=x",
                        "application/json; charset=utf-16",
                        "application/json; charset=latin1",
                        "application/jsonx",
                        "json",
                        "*/*",
                        "application/*",
                        "",
                        ";",
                        "\u00ff/\u00fe",
                        "text/json",
                        "application/vnd.faas+json")
                .flatMap(type -> Stream.of(
                                post("/v1/auth/login", type, "application/json").at(Door.API, Door.AUTH),
                                post("/v1/functions", type, "application/json").at(Door.API, Door.REGISTRY),
                                post("/v1/functions/{fn}/activations", type, "application/json, text/plain")
                                        .at(Door.API))
                        .flatMap(rows -> rows));
        return Stream.concat(
                types,
                Stream.of(
                        request("a body without a type", "POST", "/v1/functions")
                                .asUser()
                                .bytes(JSON)
                                .is(415, "unsupported_media_type")
                                .answering("Accept-Post", "application/json"),
                        post("/v1/functions", "text/plain", "application/json"),
                        post(
                                "/v1/functions/{fn}/activations",
                                "text/plain; charset=iso-8859-1",
                                "application/json, text/plain"),
                        request("a patch in text", "PATCH", "/v1/functions/{fn}")
                                .asUser()
                                .body("text/plain", JSON)
                                .is(415, "unsupported_media_type")
                                .answering("Accept-Patch", "application/merge-patch+json, application/json"),
                        request("a JSON patch of RFC 6902", "PATCH", "/v1/functions/{fn}")
                                .asUser()
                                .body("application/json-patch+json", JSON)
                                .is(415, "unsupported_media_type")
                                .answering("Accept-Patch", "application/merge-patch+json, application/json"),
                        compressed("gzip"),
                        compressed("br"),
                        compressed("identity, gzip")));
    }

    private static Refusal post(String target, String type, String accepted) {
        return request("POST " + target + " as '" + type + "'", "POST", target)
                .asUser()
                .body(type, JSON)
                .is(415, "unsupported_media_type")
                .answering("Accept-Post", accepted);
    }

    private static Refusal compressed(String coding) {
        return request("a body compressed by " + coding, "POST", "/v1/functions")
                .asUser()
                .with("Content-Encoding: " + coding)
                .body("application/json", JSON)
                .is(415, "unsupported_media_type");
    }

    private static Stream<Refusal> accepts() {
        return Stream.of("text/html", "image/png", "application/xml", "application/json;q=0", "*/*;q=0", "text/*")
                .flatMap(accept -> Stream.of(
                        accepting(accept, "/v1/auth/me"),
                        accepting(accept, "/v1/functions"),
                        accepting(accept, "/v1/functions").through(Door.REGISTRY),
                        accepting(accept, "/v1/functions/{fn}"),
                        accepting(accept, "/v1/activations"),
                        accepting(accept, "/v1/activations/{id}")));
    }

    private static Refusal accepting(String accept, String target) {
        return request("GET " + target + " as " + accept, "GET", target)
                .asUser()
                .with("Accept: " + accept)
                .is(406, "not_acceptable");
    }

    /** Each port serves its own paths only. */
    private static Stream<Refusal> absent() {
        return Stream.of(
                        request("functions on the port of auth", "GET", "/v1/functions")
                                .through(Door.AUTH),
                        request("activations on the port of auth", "GET", "/v1/activations")
                                .through(Door.AUTH),
                        request("auth on the port of functions", "POST", "/v1/auth/login")
                                .through(Door.REGISTRY),
                        request("activations on the port of functions", "GET", "/v1/activations/{id}")
                                .through(Door.REGISTRY),
                        request("a submit on the port of functions", "POST", "/v1/functions/{fn}/activations")
                                .through(Door.REGISTRY),
                        request("nothing", "GET", "/"),
                        request("a call that does not exist", "POST", "/v1/activations/{id}/rerun"),
                        request("shared projects, which are not built yet", "POST", "/v1/projects"))
                .map(row -> row.asUser().is(404, "not_found"));
    }
}
