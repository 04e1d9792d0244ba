package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.faas.system.hostile.Refusal.Door;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Submits with an invalid argument, tags or time limit, and bodies that are too large. {@code '} stands for {@code "}. */
final class ArgumentRows {
    private static final int LARGEST = 131_071;

    private ArgumentRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(texts(), members(), accounts(), sizes()).flatMap(rows -> rows);
    }

    private static Stream<Refusal> texts() {
        return Stream.of(
                text("a NUL", "a\0b").isInvalidAt("argument"),
                text("a NUL alone", "\0").isInvalidAt("argument"),
                text("a byte that is no UTF-8", "\u00ff").is(400, "invalid_request"),
                text("an overlong NUL", "\u00c0\u0080").is(400, "invalid_request"),
                text("a surrogate in UTF-8", "\u00ed\u00a0\u0080").is(400, "invalid_request"),
                text("half a character", "\u00e2\u0082").is(400, "invalid_request"),
                text("a byte too many", "a".repeat(LARGEST + 1)).is(413, "argument_too_large"),
                text("a character too many", "\u00e2\u0082\u00ac".repeat(LARGEST / 3 + 1))
                        .is(413, "argument_too_large"));
    }

    private static Stream<Refusal> members() {
        return Stream.of(
                json("no argument", "{}").isInvalidAt("argument"),
                json("null", "{'argument':null}").isInvalidAt("argument"),
                json("a number", "{'argument':1}").isInvalidAt("argument"),
                json("an object", "{'argument':{}}").isInvalidAt("argument"),
                json("a list", "{'argument':['a']}").isInvalidAt("argument"),
                json("a NUL by escape", "{'argument':'\\u0000'}").isInvalidAt("argument"),
                json("half a pair of surrogates", "{'argument':'\\ud83d'}").isInvalidAt("argument"),
                json("the halves of a pair exchanged", "{'argument':'\\udca9\\ud83d'}")
                        .isInvalidAt("argument"),
                json("a byte too many", "{'argument':'" + "a".repeat(LARGEST + 1) + "'}")
                        .is(413, "argument_too_large"),
                json("timeoutSeconds 0", "{'argument':'','timeoutSeconds':0}").isInvalidAt("timeoutSeconds"),
                json("timeoutSeconds -1", "{'argument':'','timeoutSeconds':-1}").isInvalidAt("timeoutSeconds"),
                json("timeoutSeconds 86401", "{'argument':'','timeoutSeconds':86401}")
                        .isInvalidAt("timeoutSeconds"),
                json("timeoutSeconds 1.5", "{'argument':'','timeoutSeconds':1.5}")
                        .isInvalidAt("timeoutSeconds"),
                json("timeoutSeconds as text", "{'argument':'','timeoutSeconds':'1'}")
                        .isInvalidAt("timeoutSeconds"),
                json("timeoutSeconds 1e999", "{'argument':'','timeoutSeconds':1e999}")
                        .isInvalidAt("timeoutSeconds"),
                json("delaySeconds -1", "{'argument':'','delaySeconds':-1}").isInvalidAt("delaySeconds"),
                json("delaySeconds of more than a week", "{'argument':'','delaySeconds':604801}")
                        .isInvalidAt("delaySeconds"),
                json("delaySeconds as text", "{'argument':'','delaySeconds':'1'}")
                        .isInvalidAt("delaySeconds"),
                json("notBefore as a number", "{'argument':'','notBefore':1}").isInvalidAt("notBefore"),
                json("notBefore in words", "{'argument':'','notBefore':'tomorrow'}")
                        .isInvalidAt("notBefore"),
                json("notBefore without a zone", "{'argument':'','notBefore':'2026-11-24T10:00:00'}")
                        .isInvalidAt("notBefore"),
                json("notBefore in a thousand years", "{'argument':'','notBefore':'3026-11-24T10:00:00Z'}")
                        .isInvalidAt("notBefore"),
                json("notBefore beyond all years", "{'argument':'','notBefore':'+999999999-12-31T23:59:59Z'}")
                        .isInvalidAt("notBefore"),
                json("two delays", "{'argument':'','delaySeconds':1,'notBefore':'2026-11-24T10:00:00Z'}")
                        .isInvalidAt("notBefore"),
                json("tags as a list", "{'argument':'','tags':[]}").isInvalidAt("tags"),
                json("a tag with a colon", "{'argument':'','tags':{'a:b':'x'}}").isInvalidAt("tags.a:b"),
                json("a tag without a name", "{'argument':'','tags':{'':'x'}}").isInvalidAt("tags."),
                json("a tag of a number", "{'argument':'','tags':{'a':1}}").isInvalidAt("tags.a"),
                json("a tag of half a pair", "{'argument':'','tags':{'a':'\\ud800'}}")
                        .isInvalidAt("tags.a"),
                json("a tag named by half a pair", "{'argument':'','tags':{'\\ud800':'x'}}")
                        .isInvalidAt("tags.?"),
                json("a tag too long", "{'argument':'','tags':{'a':'" + "x".repeat(257) + "'}}")
                        .isInvalidAt("tags.a"),
                json("17 tags", "{'argument':'','tags':{" + tags(17) + "}}").isInvalidAt("tags"),
                json("another's revision", "{'argument':'','revision':1,'owner':'root'}")
                        .isInvalidAt("revision", "owner"),
                json("everything wrong", "{'argument':1,'timeoutSeconds':'x','tags':{'a:b':1},'env':{}}")
                        .isInvalidAt("argument", "timeoutSeconds", "tags.a:b", "tags.a:b", "env"));
    }

    private static Stream<Refusal> accounts() {
        return Stream.of(
                        register("nothing", "{}").isInvalidAt("username", "password"),
                        register("null twice", "{'username':null,'password':null}")
                                .isInvalidAt("username", "password"),
                        register("a name in capitals", "{'username':'Ada','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a name too short", "{'username':'ab','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a name too long", "{'username':'" + "a".repeat(65) + "','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a name with a wildcard", "{'username':'ada.*','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a name with a NUL", "{'username':'ada\\u0000','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a name with SQL", "{'username':'a\\u0027 or 1=1','password':'12345678'}")
                                .isInvalidAt("username"),
                        register("a password too short", "{'username':'ada','password':'1234567'}")
                                .isInvalidAt("password"),
                        register("a password too long", "{'username':'ada','password':'" + "x".repeat(257) + "'}")
                                .isInvalidAt("password"),
                        register("a password with a NUL", "{'username':'ada','password':'1234567\\u00008'}")
                                .isInvalidAt("password"),
                        register("a password of half a pair", "{'username':'ada','password':'1234567\\ud800'}")
                                .isInvalidAt("password"),
                        register("numbers", "{'username':1,'password':12345678}")
                                .isInvalidAt("username", "password"),
                        register("roles of one's own", "{'username':'ada','password':'12345678','roles':['admin']}")
                                .isInvalidAt("roles"),
                        auth("login", "{'username':'nobody-here','password':'x'}")
                                .is(401, "invalid_credentials"),
                        auth("login", "{'username':['a'],'password':{}}").isInvalidAt("username", "password"),
                        auth("refresh", "{}").isInvalidAt("refresh_token"),
                        auth("refresh", "{'refresh_token':''}").isInvalidAt("refresh_token"),
                        auth("refresh", "{'refresh_token':'" + "x".repeat(513) + "'}")
                                .isInvalidAt("refresh_token"),
                        auth("refresh", "{'refresh_token':'never-issued'}").is(401, "invalid_credentials"),
                        auth("logout", "{'refresh_token':1}").isInvalidAt("refresh_token"))
                .flatMap(row -> row.at(Door.API, Door.AUTH));
    }

    private static Stream<Refusal> sizes() {
        var large = "{'argument':'" + "x".repeat(1 << 20) + "'}";
        return Stream.of(
                json("a body of more than a mebibyte", large).is(413, "body_too_large"),
                request("a function of more than half a mebibyte", "POST", "/v1/functions")
                        .asUser()
                        .json("{'name':'" + "x".repeat(1 << 19) + "'}")
                        .is(413, "body_too_large"),
                request("a function announced to be endless", "POST", "/v1/functions")
                        .asUser()
                        .with("Content-Type: application/json")
                        .with("Content-Length: 9223372036854775807")
                        .is(413, "body_too_large"),
                request("an argument announced to be endless", "POST", "/v1/functions/{fn}/activations")
                        .asUser()
                        .with("Content-Type: text/plain")
                        .with("Content-Length: 9223372036854775807")
                        .is(413, "argument_too_large"),
                auth("login", "{'username':'" + "x".repeat(20_000) + "'}").is(413, "body_too_large"));
    }

    private static Refusal text(String what, String latin1) {
        return request("an argument in text with " + what, "POST", "/v1/functions/{fn}/activations")
                .asUser()
                .body("text/plain; charset=utf-8", latin1.getBytes(ISO_8859_1));
    }

    private static Refusal json(String what, String json) {
        return request("an argument in JSON with " + what, "POST", "/v1/functions/{fn}/activations")
                .asUser()
                .body("application/json", json.replace('\'', '"').getBytes(UTF_8));
    }

    private static Refusal register(String what, String json) {
        return request("register with " + what, "POST", "/v1/auth/register").json(json);
    }

    private static Refusal auth(String call, String json) {
        var what = call + " with " + (json.length() > 60 ? json.substring(0, 60) + "…" : json);
        return request(what, "POST", "/v1/auth/" + call).json(json);
    }

    private static String tags(int count) {
        return IntStream.range(0, count).mapToObj(i -> "'t" + i + "':'x'").collect(Collectors.joining(","));
    }
}
