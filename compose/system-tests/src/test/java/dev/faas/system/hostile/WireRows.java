package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.wire;

import dev.faas.system.hostile.Refusal.Door;
import java.util.stream.Stream;

/**
 * Invalid HTTP/1.1 requests, and ones that two servers could read differently (request smuggling). The response is a problem
 * where one is possible. Then the connection is closed, because the start of the next request is unknown.
 */
final class WireRows {
    private static final String GET = "GET /healthz HTTP/1.1\r\n";
    private static final String JSON = " HTTP/1.1\r\nHost: faas\r\nContent-Type: application/json\r\n";
    private static final String LOGIN = "POST /v1/auth/login" + JSON;
    private static final String CREATE = "POST /v1/functions" + JSON + "Authorization: Bearer {token}\r\n";
    private static final String SUBMIT =
            "POST /v1/functions/{fn}/activations" + JSON + "Authorization: Bearer {token}\r\n";

    private WireRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(
                        Stream.of(lines(), hosts(), headers(), sizes())
                                .flatMap(rows -> rows)
                                .flatMap(row -> row.at(Door.API, Door.AUTH, Door.REGISTRY)),
                        bodies("login", LOGIN).flatMap(row -> row.at(Door.API, Door.AUTH)),
                        bodies("create", CREATE).flatMap(row -> row.at(Door.API, Door.REGISTRY)),
                        bodies("submit", SUBMIT).flatMap(row -> row.at(Door.API)))
                .flatMap(rows -> rows);
    }

    private static Stream<Refusal> lines() {
        return Stream.of(
                bad("garbage", "\u0001\u0002\u00ff\u00fe garbage\r\n\r\n"),
                bad("a TLS hello", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n"),
                bad("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                bad("HTTP/2.0 by name", "GET /healthz HTTP/2.0\r\nHost: faas\r\n\r\n"),
                bad("HTTP/3.0 by name", "GET /healthz HTTP/3.0\r\nHost: faas\r\n\r\n"),
                bad("HTTP/0.9", "GET /healthz\r\n\r\n"),
                bad("no version", "GET /healthz \r\nHost: faas\r\n\r\n"),
                bad("a version of letters", "GET /healthz HTTP/x.y\r\nHost: faas\r\n\r\n"),
                bad("another protocol", "GET /healthz RTSP/1.0\r\nHost: faas\r\n\r\n"),
                bad("a word too many", "GET /healthz extra HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("a method that is no token", "GE(T /healthz HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("a NUL in the target", "GET /health\u0000z HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("a control character in the target", "GET /health\u0007z HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("a byte beyond ASCII in the target", "GET /health\u00e9 HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("an empty target", "GET  HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("a target that is no path", "GET healthz HTTP/1.1\r\nHost: faas\r\n\r\n"),
                bad("bare line feeds", "GET /healthz HTTP/1.1\nHost: faas\n\n"),
                wire("CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
                        .is(400, "invalid_request"),
                wire("TRACE", "TRACE /healthz HTTP/1.1\r\nHost: faas\r\n\r\n").is(405, "method_not_allowed"),
                wire("an unknown method", "BREW /healthz HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(405, "method_not_allowed"),
                wire("a method in lower case", "get /healthz HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(405, "method_not_allowed"),
                wire(
                                "a foreign address in absolute form",
                                "GET http://evil.example/nothing HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(404, "not_found"));
    }

    private static Stream<Refusal> hosts() {
        return Stream.of(
                bad("no Host", GET + "\r\n"),
                bad("two Hosts", GET + "Host: faas\r\nHost: evil.example\r\n\r\n"),
                bad("a Host with a blank", GET + "Host: fa as\r\n\r\n"),
                bad("a Host with a path", GET + "Host: faas/evil\r\n\r\n"),
                bad("a Host with a user", GET + "Host: root@faas\r\n\r\n"),
                bad("a Host with a port of letters", GET + "Host: faas:http\r\n\r\n"));
    }

    private static Stream<Refusal> bodies(String call, String post) {
        return Stream.of(
                        bad("two lengths", post + "Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
                        bad("one length twice", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
                        bad("a list of lengths", post + "Content-Length: 2, 2\r\n\r\n{}"),
                        bad("a length of letters", post + "Content-Length: two\r\n\r\n{}"),
                        bad("a negative length", post + "Content-Length: -2\r\n\r\n{}"),
                        bad("a length with a sign", post + "Content-Length: +2\r\n\r\n{}"),
                        bad("a length in hexadecimal", post + "Content-Length: 0x2\r\n\r\n{}"),
                        bad("a length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n{}"),
                        bad("an empty length", post + "Content-Length:\r\n\r\n{}"),
                        bad("another transfer coding", post + "Transfer-Encoding: gzip\r\n\r\n{}"),
                        bad(
                                "a transfer coding before chunked",
                                post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                        bad(
                                "a transfer coding after chunked",
                                post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                        bad("a disguised transfer coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                        bad(
                                "chunked twice",
                                post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                        bad(
                                "chunks in HTTP/1.0",
                                post.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                        bad(
                                "a chunk size of letters",
                                post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
                        bad("a negative chunk size", post + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"),
                        bad(
                                "a chunk size beyond 32 bits",
                                post + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n{}\r\n0\r\n\r\n"),
                        bad(
                                "a chunk longer than its size",
                                post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n"),
                        bad(
                                "an endless chunk extension",
                                post + "Transfer-Encoding: chunked\r\n\r\n2;x=" + "y".repeat(20_000)
                                        + "\r\n{}\r\n0\r\n\r\n"),
                        wire("an unknown expectation", post + "Expect: 200-tea\r\nContent-Length: 2\r\n\r\n")
                                .is(417, "invalid_request"))
                .map(row -> row.named(call + " with " + row.what()));
    }

    private static Stream<Refusal> headers() {
        return Stream.of(
                bad("a NUL in a value", GET + "Host: faas\r\nX-A: a\u0000b\r\n\r\n"),
                bad("a NUL in a name", GET + "Host: faas\r\nX\u0000A: a\r\n\r\n"),
                bad("a bare carriage return in a value", GET + "Host: faas\r\nX-A: a\rX-B: b\r\n\r\n"),
                bad("a blank before the colon", GET + "Host: faas\r\nX-A : a\r\n\r\n"),
                bad("a name with a blank", GET + "Host: faas\r\nX A: a\r\n\r\n"),
                bad("a name that is empty", GET + "Host: faas\r\n: a\r\n\r\n"),
                bad("a name beyond ASCII", GET + "Host: faas\r\nX-\u00e9: a\r\n\r\n"),
                bad("a line without a colon", GET + "Host: faas\r\nnonsense\r\n\r\n"),
                bad("a blank before the first header", GET + " Host: faas\r\n\r\n"));
    }

    private static Stream<Refusal> sizes() {
        return Stream.of(
                wire("a huge header", GET + "Host: faas\r\nX-A: " + "a".repeat(20_000) + "\r\n\r\n")
                        .is(431, "headers_too_large"),
                wire("a huge name", GET + "Host: faas\r\n" + "a".repeat(20_000) + ": a\r\n\r\n")
                        .is(431, "headers_too_large"),
                wire("5,000 headers", GET + "Host: faas\r\n" + "X-A: a\r\n".repeat(5_000) + "\r\n")
                        .is(431, "headers_too_large"),
                wire("a huge target", "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(414, "uri_too_long"),
                wire("a huge query", "GET /healthz?" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(414, "uri_too_long"),
                wire("a huge method", "A".repeat(20_000) + " /healthz HTTP/1.1\r\nHost: faas\r\n\r\n")
                        .is(414, "uri_too_long"));
    }

    /** Requests that stay incomplete. After an incomplete head the connection is closed without a response. */
    static Stream<Refusal> unfinished() {
        return Stream.of(
                        Stream.of(
                                        wire("half a request line", "GET /heal").isCutOff(),
                                        wire("half a header", GET + "Host: fa").isCutOff(),
                                        wire("headers without an end", GET + "Host: faas\r\n")
                                                .isCutOff(),
                                        wire("nothing at all", "").isCutOff())
                                .flatMap(row -> row.at(Door.API, Door.AUTH, Door.REGISTRY)),
                        halves("login", LOGIN).flatMap(row -> row.at(Door.API, Door.AUTH)),
                        halves("create", CREATE).flatMap(row -> row.at(Door.API, Door.REGISTRY)),
                        halves("submit", SUBMIT).flatMap(row -> row.at(Door.API)))
                .flatMap(rows -> rows);
    }

    private static Stream<Refusal> halves(String call, String post) {
        return Stream.of(
                        wire("no byte of a body", post + "Content-Length: 20\r\n\r\n")
                                .is(408, "request_timeout"),
                        wire("half a body", post + "Content-Length: 20\r\n\r\n{\"usern")
                                .is(408, "request_timeout"),
                        wire("half a chunk", post + "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"u")
                                .is(408, "request_timeout"),
                        wire("chunks without an end", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
                                .is(408, "request_timeout"))
                .map(row -> row.named(call + " with " + row.what()));
    }

    private static Refusal bad(String what, String bytes) {
        return wire(what, bytes).is(400, "invalid_request");
    }
}
