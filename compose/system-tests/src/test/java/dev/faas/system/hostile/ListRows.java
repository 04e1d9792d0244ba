package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import java.util.stream.Stream;

/** Invalid pages, cursors, filters and waits: the problem names every invalid parameter. */
final class ListRows {
    private static final String FUNCTIONS = "/v1/functions";
    private static final String REVISIONS = "/v1/functions/{fn}/revisions";
    private static final String ACTIVATIONS = "/v1/activations";

    private ListRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(pages(), filters(), waits(), conditions()).flatMap(rows -> rows);
    }

    private static Stream<Refusal> pages() {
        var limits = Stream.of(
                        "0",
                        "-1",
                        "101",
                        "1000000",
                        "99999999999999999999",
                        "1.5",
                        "1e1",
                        "0x10",
                        "ten",
                        "",
                        "%2B5",
                        "%205",
                        "5%00",
                        "%d9%a5",
                        "01")
                .flatMap(limit -> everyList("limit=" + limit, "limit"));
        var cursors = Stream.of(
                        "",
                        "x",
                        "*",
                        "%00",
                        "%f0%9f%92%a9",
                        "MXxhfGI",
                        "MXx8",
                        "{cursor}x",
                        "x{cursor}",
                        "..%2f..",
                        "a".repeat(5_000))
                .flatMap(cursor -> everyList("cursor=" + cursor, "cursor"));
        var foreign = Stream.of(
                list(REVISIONS, "cursor={cursor}", "cursor").through(Door.REGISTRY),
                list(ACTIVATIONS, "cursor={cursor}", "cursor"));
        var together = everyList("limit=0&cursor=x", "limit", "cursor");
        var undecodable = Stream.of("limit=%zz", "limit=%", "cursor=%ff", "%zz=1")
                .flatMap(query -> Stream.of(
                        request("functions?" + query, "GET", FUNCTIONS + "?" + query)
                                .through(Door.REGISTRY),
                        request("activations?" + query, "GET", ACTIVATIONS + "?" + query)))
                .map(row -> row.asUser().is(400, "invalid_request"));
        return Stream.of(limits, cursors, foreign, together, undecodable).flatMap(rows -> rows);
    }

    private static Stream<Refusal> everyList(String query, String... paths) {
        return Stream.of(
                list(FUNCTIONS, query, paths),
                list(FUNCTIONS, query, paths).through(Door.REGISTRY),
                list(REVISIONS, query, paths),
                list(ACTIVATIONS, query, paths));
    }

    private static Stream<Refusal> filters() {
        return Stream.of(
                list(ACTIVATIONS, "status=done", "status"),
                list(ACTIVATIONS, "status=QUEUED", "status"),
                list(ACTIVATIONS, "status=", "status"),
                list(ACTIVATIONS, "status=queued,running", "status"),
                list(ACTIVATIONS, "status=%00", "status"),
                list(ACTIVATIONS, "status=queued&status=done", "status"),
                list(ACTIVATIONS, "status=queued&status=", "status"),
                list(ACTIVATIONS, "reason=boredom", "reason"),
                list(ACTIVATIONS, "reason=EXIT_CODE", "reason"),
                list(ACTIVATIONS, "reason=", "reason"),
                list(ACTIVATIONS, "reason=null", "reason"),
                list(ACTIVATIONS, "reason=%00", "reason"),
                list(ACTIVATIONS, "reason=signal,queue_ttl", "reason"),
                list(ACTIVATIONS, "reason=signal&reason=x", "reason"),
                list(ACTIVATIONS, "status=x&reason=x&tag=x", "status", "reason", "tag"),
                list(FUNCTIONS, "label=team", "label"),
                list(FUNCTIONS, "label=:x", "label"),
                list(FUNCTIONS, "label=a:%00", "label"),
                list(FUNCTIONS, "label=" + "k".repeat(65) + ":v", "label"),
                list(FUNCTIONS, "label=k:" + "v".repeat(257), "label"),
                list(FUNCTIONS, "label=a:b&label=", "label"),
                list(FUNCTIONS, "label=a:b&cursor={cursor}", "cursor"),
                list(FUNCTIONS, "label=a&limit=0", "label", "limit").through(Door.REGISTRY),
                list(ACTIVATIONS, "function=*", "function"),
                list(ACTIVATIONS, "function={fn}@1", "function"),
                list(ACTIVATIONS, "function='%20OR%201=1--", "function"),
                list(ACTIVATIONS, "function=%00", "function"),
                list(ACTIVATIONS, "function=" + "a".repeat(5_000), "function"),
                list(ACTIVATIONS, "since=yesterday", "since"),
                list(ACTIVATIONS, "since=0", "since"),
                list(ACTIVATIONS, "since=2026-13-01T00:00:00Z", "since"),
                list(ACTIVATIONS, "since=2026-02-30T00:00:00Z", "since"),
                list(ACTIVATIONS, "since=2026-01-01", "since"),
                list(ACTIVATIONS, "since=2026-01-01T00:00:00", "since"),
                list(ACTIVATIONS, "since=1969-12-31T23:59:59Z", "since"),
                list(ACTIVATIONS, "until=%2B999999999-01-01T00:00:00Z", "until"),
                list(ACTIVATIONS, "until=-1", "until"),
                list(ACTIVATIONS, "until=", "until"),
                list(ACTIVATIONS, "tag=colour", "tag"),
                list(ACTIVATIONS, "tag=:red", "tag"),
                list(ACTIVATIONS, "tag=", "tag"),
                list(ACTIVATIONS, "tag=colour:%00", "tag"),
                list(ACTIVATIONS, "tag=" + "k".repeat(65) + ":v", "tag"),
                list(ACTIVATIONS, "tag=k:" + "v".repeat(257), "tag"),
                list(ACTIVATIONS, "tag=k:v" + manyTags(), "tag"),
                list(
                        ACTIVATIONS,
                        "function=*&status=done&since=x&until=y&tag=z&limit=0&cursor=c",
                        "function",
                        "status",
                        "since",
                        "until",
                        "tag",
                        "limit",
                        "cursor"));
    }

    private static String manyTags() {
        var tags = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            tags.append("&tag=k").append(i).append(":v");
        }
        return tags.toString();
    }

    private static Stream<Refusal> waits() {
        return Stream.of("-1", "61", "9999", "99999999999", "1.5", "1e1", "soon", "", "%00")
                .flatMap(wait -> Stream.of(
                        request("get with wait=" + wait, "GET", "/v1/activations/{id}?wait=" + wait),
                        request("submit with wait=" + wait, "POST", "/v1/functions/{fn}/activations?wait=" + wait)))
                .map(row -> row.asUser().isInvalidAt("wait"));
    }

    private static Stream<Refusal> conditions() {
        return Stream.of(
                request("logs with follow=maybe", "GET", "/v1/activations/{id}/logs?follow=maybe")
                        .asUser()
                        .isInvalidAt("follow"),
                request("logs with follow=", "GET", "/v1/activations/{id}/logs?follow=")
                        .asUser()
                        .isInvalidAt("follow"),
                event("letters", "abc"),
                event("a negative number", "-1"),
                event("a number beyond 64 bits", "99999999999999999999"),
                match("another revision", "\"99\""),
                match("a weak tag", "W/\"1\""),
                match("a tag without quotes", "1"),
                match("nonsense", "\u00ff,,\""),
                key("with a space in it", "two words"),
                key("of no characters", ""),
                key("of 256 characters", "k".repeat(256)),
                key("beyond ASCII", "caf\u00e9"),
                key("given twice", "a\r\nIdempotency-Key: b"));
    }

    private static Refusal event(String what, String id) {
        return request("events after " + what, "GET", "/v1/activations/{id}/events")
                .asUser()
                .with("Last-Event-ID: " + id)
                .isInvalidAt("Last-Event-ID");
    }

    private static Refusal match(String what, String tag) {
        return request("a deletion If-Match " + what, "DELETE", "/v1/functions/{fn}")
                .asUser()
                .with("If-Match: " + tag)
                .is(412, "precondition_failed");
    }

    private static Refusal key(String what, String key) {
        return request("an Idempotency-Key " + what, "POST", "/v1/functions/{fn}/activations")
                .asUser()
                .with("Idempotency-Key: " + key)
                .isInvalidAt("Idempotency-Key");
    }

    private static Refusal list(String target, String query, String... paths) {
        var what = target + "?" + (query.length() > 60 ? query.substring(0, 60) + "…" : query);
        return request(what, "GET", target + "?" + query).asUser().isInvalidAt(paths);
    }
}
