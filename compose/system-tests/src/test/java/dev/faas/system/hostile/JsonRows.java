package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import dev.faas.system.hostile.Refusal.Door;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Bodies that are not JSON or not an object, for every operation with a body. {@code '} stands for {@code "}. */
final class JsonRows {
    private record Body(String what, String latin1, String code) {}

    private static final String BOM = "\uFEFF";

    private JsonRows() {}

    static Stream<Refusal> rows() {
        return bodies().stream().flatMap(JsonRows::everywhere);
    }

    private static Stream<Refusal> everywhere(Body body) {
        return Stream.of(
                        to(body, "POST", "/v1/auth/register").at(Door.API, Door.AUTH),
                        to(body, "POST", "/v1/auth/login").at(Door.API),
                        to(body, "POST", "/v1/auth/refresh").at(Door.AUTH),
                        to(body, "POST", "/v1/functions").asUser().at(Door.API, Door.REGISTRY),
                        to(body, "PUT", "/v1/functions/{fn}").asUser().at(Door.API),
                        patch(body).at(Door.REGISTRY),
                        to(body, "POST", "/v1/functions/{fn}/rollback").asUser().at(Door.REGISTRY),
                        to(body, "POST", "/v1/functions/{fn}/pause").asUser().at(Door.REGISTRY),
                        to(body, "POST", "/v1/functions/{fn}/activations")
                                .asUser()
                                .at(Door.API),
                        to(body, "POST", "/v1/functions/{fn}/batches").asUser().at(Door.API))
                .flatMap(rows -> rows);
    }

    private static Refusal to(Body body, String method, String target) {
        return request(method + " " + target + " with " + body.what(), method, target)
                .body("application/json", body.latin1().getBytes(ISO_8859_1))
                .is(400, body.code());
    }

    private static Refusal patch(Body body) {
        return request("PATCH with " + body.what(), "PATCH", "/v1/functions/{fn}")
                .asUser()
                .body("application/merge-patch+json", body.latin1().getBytes(ISO_8859_1))
                .is(400, body.code());
    }

    private static List<Body> bodies() {
        var bodies = new ArrayList<Body>();
        bodies.addAll(List.of(
                malformed("a duplicate key", "{'name':'a','name':'b'}"),
                malformed("a duplicate key below", "{'x':{'y':1,'y':2}}"),
                malformed("a duplicate key by escape", "{'a':1,'\\u0061':2}"),
                malformed("a second document", "{} {}"),
                malformed("a word after the end", "{} true"),
                malformed("a bracket after the end", "{}]"),
                malformed("a comment", "{/* here */}"),
                malformed("a comment to the end of the line", "{} // here"),
                malformed("a comment as in a shell", "{}\n# here"),
                malformed("NaN", "{'x':NaN}"),
                malformed("Infinity", "{'x':Infinity}"),
                malformed("-Infinity", "{'x':-Infinity}"),
                malformed("a plus sign", "{'x':+1}"),
                malformed("a leading zero", "{'x':01}"),
                malformed("a leading point", "{'x':.5}"),
                malformed("a trailing point", "{'x':1.}"),
                malformed("a hexadecimal number", "{'x':0x10}"),
                malformed("an exponent beyond 32 bits", "{'x':1e99999999999}"),
                malformed("a number of 1,000 digits", "{'x':" + "9".repeat(1_000) + "}"),
                malformed("33 levels", "{'x':" + "[".repeat(33) + "]".repeat(33) + "}"),
                malformed("5,000 levels without an end", "{'x':" + "[".repeat(5_000)),
                malformed("5,000 levels of objects", "{'x':".repeat(2_000)),
                malformed("single quotes", "{\\u0027x\\u0027:1}"),
                malformed("a key without quotes", "{x:1}"),
                malformed("a trailing comma", "{'x':1,}"),
                malformed("a comma alone", "{,}"),
                malformed("a line feed in a text", "{'x':'a\nb'}"),
                malformed("a NUL in a text", "{'x':'a\0b'}"),
                malformed("a NUL between tokens", "{\0}"),
                malformed("an escape that is none", "{'x':'\\x41'}"),
                malformed("half an escape", "{'x':'\\u00'}"),
                malformed("half an object", "{"),
                malformed("half a member", "{'name':"),
                malformed("half a text", "{'name':'ab"),
                malformed("a word", "hello"),
                malformed("XML", "<?xml version='1.0'?><x/>"),
                malformed("a form", "name=a&image=b"),
                encoded("a byte order mark", BOM + "{}", java.nio.charset.StandardCharsets.UTF_8),
                encoded("UTF-16, little end first", "{}", UTF_16LE),
                encoded("UTF-16 with its mark", BOM + "{}", UTF_16BE),
                encoded("UTF-32", "{}", Charset.forName("UTF-32BE")),
                encoded("Latin-1", "{\"x\":\"\u00e9\"}", ISO_8859_1),
                encoded("an overlong slash", "{\"x\":\"\u00c0\u00af\"}", ISO_8859_1),
                encoded("a surrogate in UTF-8", "{\"x\":\"\u00ed\u00a0\u0080\"}", ISO_8859_1),
                encoded("half a character", "{\"x\":\"\u00e2\u0082\"}", ISO_8859_1),
                encoded("a byte beyond Unicode", "{\"x\":\"\u00f5\u0080\u0080\u0080\"}", ISO_8859_1)));
        bodies.addAll(List.of(
                noObject("null", "null"),
                noObject("true", "true"),
                noObject("a number", "1"),
                noObject("1e999", "1e999"),
                noObject("a text", "'name'"),
                noObject("a list", "[]"),
                noObject("a list of objects", "[{'name':'a'}]"),
                noObject("blanks", "  \r\n "),
                noObject("an unknown field", "{'surprise':1}"),
                noObject("a field of another case", "{'NAME':'a'}"),
                noObject("a field for JavaScript", "{'__proto__':{'admin':true}}"),
                noObject("half a pair of surrogates as a key", "{'\\ud800':1}"),
                noObject("1e999 in an unknown field", "{'x':1e999}")));
        return bodies;
    }

    private static Body malformed(String what, String text) {
        return encoded(what, text.replace('\'', '"').replace("\\u0027", "'"), ISO_8859_1);
    }

    private static Body encoded(String what, String text, Charset charset) {
        return new Body(what, new String(text.getBytes(charset), ISO_8859_1), "malformed_json");
    }

    private static Body noObject(String what, String text) {
        return new Body(what, text.replace('\'', '"'), "invalid_request");
    }
}
