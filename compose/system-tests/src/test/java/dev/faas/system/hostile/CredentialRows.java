package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;

/** Invalid forms of {@code Authorization} at every port: each gets a 401 that names the scheme. */
final class CredentialRows {
    private static final String CLAIMS =
            base64("{\"iss\":\"faas\",\"aud\":\"faas\",\"sub\":\"usr_00000000000000000000000000\",\"sid\":\"s\","
                    + "\"name\":\"root\",\"roles\":[\"admin\"],\"exp\":9999999999}");

    private CredentialRows() {}

    static Stream<Refusal> rows() {
        return Stream.concat(
                Stream.of(
                                none("no credentials"),
                                none("a token in the address").with("X-None: 1"),
                                header("nothing", ""),
                                header("a scheme alone", "Bearer"),
                                header("a scheme and blanks", "Bearer   "),
                                header("a token alone", "{token}"),
                                header("another scheme", "Basic cm9vdDpyb290"),
                                header("another scheme with a token", "Token {token}"),
                                header("a scheme that only begins alike", "BearerX {token}"),
                                header("no blank after the scheme", "Bearer:{token}"),
                                header("a tab after the scheme", "Bearer\t{token}"),
                                header("two tokens", "Bearer {token} {token}"),
                                header("two credentials in one header", "Bearer {token}, Bearer {token}"),
                                header("a token in quotes", "Bearer \"{token}\""),
                                header("a token and a byte", "Bearer {token}x"),
                                header("a token and a part", "Bearer {token}.x"),
                                header("a byte and a token", "Bearer x{token}"),
                                header("bytes beyond ASCII", "Bearer \u00ff\u00fe"),
                                header("three words", "Bearer a.b.c"),
                                header("empty parts", "Bearer .."),
                                header("many parts", "Bearer " + "a.".repeat(2_000)),
                                header("9 KB", "Bearer " + "a".repeat(9_000) + ".b.c"),
                                header("an unknown API key", "Bearer faas_0000000000000000"),
                                header("SQL", "Bearer ' OR 1=1--"),
                                header("null", "Bearer null"),
                                forged("alg none", "{\"alg\":\"none\"}", ""),
                                forged("alg none with a signature", "{\"alg\":\"none\",\"kid\":\"k\"}", "x"),
                                forged("alg HS256", "{\"alg\":\"HS256\",\"kid\":\"k\"}", "x"),
                                forged(
                                        "a key that we never had",
                                        "{\"alg\":\"ES256\",\"kid\":\"../../dev/null\"}",
                                        "x"),
                                forged("no key", "{\"alg\":\"ES256\"}", "x"),
                                forged("a key of its own", "{\"alg\":\"ES256\",\"jku\":\"http://evil.example\"}", "x"),
                                forged("a header of numbers", "{\"alg\":1,\"kid\":2}", "x"),
                                forged("a header that is no object", "[]", "x"),
                                forged("a header that is no JSON", "{", "x"))
                        .flatMap(CredentialRows::everywhere),
                twice());
    }

    /** Two servers could choose different ones of two headers. */
    private static Stream<Refusal> twice() {
        return everywhere(header("the same token twice", "Bearer {token}").with("Authorization: Bearer {token}"));
    }

    private static Stream<Refusal> everywhere(Refusal row) {
        return Stream.of(
                        to(row, "GET", "/v1/functions").at(Door.API, Door.REGISTRY),
                        to(row, "GET", "/v1/auth/me").at(Door.API, Door.AUTH),
                        to(row, "POST", "/v1/functions").at(Door.REGISTRY),
                        to(row, "GET", "/v1/activations/{id}").at(Door.API),
                        to(row, "POST", "/v1/functions/{fn}/activations").at(Door.API),
                        to(row, "GET", "/v1/activations/{id}/events").at(Door.API))
                .flatMap(rows -> rows);
    }

    private static Refusal to(Refusal row, String method, String target) {
        var query = row.what().contains("in the address") ? "?access_token={token}" : "";
        var there = request(method + " " + target + " with " + row.what(), method, target + query);
        for (var header : row.headers()) {
            there = there.with(header);
        }
        return there.is(401, "unauthenticated");
    }

    private static Refusal none(String what) {
        return request(what, "", "");
    }

    private static Refusal header(String what, String value) {
        return none(what).with("Authorization: " + value);
    }

    private static Refusal forged(String what, String header, String signature) {
        return header(what, "Bearer " + base64(header) + "." + CLAIMS + "." + signature);
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
