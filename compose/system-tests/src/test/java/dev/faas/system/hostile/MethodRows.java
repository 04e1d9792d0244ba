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

    /** HttpMethodsIT asks every address for the other methods. */
    private static Stream<Refusal> methods() {
        return Stream.of(
                        other("/healthz", "GET, HEAD, OPTIONS", "PROPFIND", "TRACE"),
                        other("/v1/auth/register", "OPTIONS, POST", "HEAD"),
                        other("/v1/functions/{fn}", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT", "POST", "TRACE"))
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

    /** HttpAnswersIT asks every address of the gateway. */
    private static Stream<Refusal> accepts() {
        return Stream.of(request("functions as text/html", "GET", "/v1/functions")
                .asUser()
                .with("Accept: text/html")
                .is(406, "not_acceptable")
                .through(Door.REGISTRY));
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
