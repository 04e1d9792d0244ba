package dev.faas.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.RunningService;
import dev.faas.testing.TestKey;
import dev.faas.wire.Principal;
import dev.faas.wire.ProblemException;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
    private final Vertx vertx = Vertx.vertx();
    private final SettableClock clock = new SettableClock();
    private final TokenVerifier verifier = new TokenVerifier(vertx, clock);
    private TestKey key;
    private JsonObject claims;

    @BeforeEach
    void generate() throws GeneralSecurityException {
        key = TestKey.generate("k1");
        claims = TestKey.claims(clock.now.plusSeconds(900));
        verifier.replaceKeys(Map.of("k1", key.jwk()));
    }

    @AfterEach
    void close() {
        RunningService.await(vertx.close());
    }

    @Test
    void whenATokenIsOursThenItSaysWhoItIs() throws Exception {
        var token = key.token(claims);

        for (var time = 0; time < 2; time++) {
            assertThat(RunningService.await(verifier.verify(token)))
                    .isEqualTo(new Principal("usr_1", "ada", "s1", Set.of("admin")));
        }
        assertThat(verifier.hasKeys()).isTrue();
    }

    @Test
    void givenNoKeysThenEverythingIsRefusedAndNotReady() throws Exception {
        var keyless = new TokenVerifier(vertx);

        assertThat(keyless.hasKeys()).isFalse();
        assertThat(code(keyless, key.token(claims))).isEqualTo("unauthenticated");
        assertThat(code(keyless, TestKey.unsigned(new JsonObject().put("alg", "none"), claims)))
                .isEqualTo("unauthenticated");
        verifier.replaceKeys(Map.of());
        assertThat(verifier.hasKeys()).isFalse();
        assertThat(code(key.token(claims))).isEqualTo("unauthenticated");
    }

    @Test
    void givenOnlyKeysThatAreNoneThenEverythingIsRefusedAndNotReady() throws Exception {
        var unusable = Map.of(
                "k1", "{}",
                "k2", "not json",
                "k3", new JsonObject(key.jwk()).put("crv", "P-384").encode(),
                "k4",
                        new JsonObject(key.jwk())
                                .put("x", "AAAA")
                                .put("y", "AAAA")
                                .encode(),
                "k5", "{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}");
        verifier.replaceKeys(unusable);

        assertThat(verifier.hasKeys()).isFalse();
        for (var kid : unusable.keySet()) {
            var none = new JsonObject().put("alg", "none").put("kid", kid);
            assertThat(code(TestKey.unsigned(none, claims))).isEqualTo("unauthenticated");
            assertThat(code(TestKey.unsigned(none, claims) + ".AAAA")).isEqualTo("unauthenticated");
            assertThat(code(key.sign(key.header().put("kid", kid), claims))).isEqualTo("unauthenticated");
        }
    }

    @Test
    void whenTheAlgorithmIsNoneThenItIsRefused() {
        for (var algorithm : List.of("none", "None", "NONE", "")) {
            var header = key.header().put("alg", algorithm);
            assertThat(code(TestKey.unsigned(header, claims))).isEqualTo("unauthenticated");
            assertThat(code(TestKey.unsigned(header, claims) + ".")).isEqualTo("unauthenticated");
            assertThat(code(TestKey.unsigned(header, claims) + ".AAAA")).isEqualTo("unauthenticated");
        }
    }

    @Test
    void whenThePublicKeyIsUsedAsAnHmacSecretThenItIsRefused() throws Exception {
        var header = key.header().put("alg", "HS256");
        var encoded = key.pair().getPublic().getEncoded();

        assertThat(code(TestKey.hmac(encoded, header, claims))).isEqualTo("unauthenticated");
        assertThat(code(TestKey.hmac(key.jwk().getBytes(StandardCharsets.UTF_8), header, claims)))
                .isEqualTo("unauthenticated");
        assertThat(code(TestKey.hmac(encoded, key.header(), claims))).isEqualTo("unauthenticated");
    }

    @Test
    void whenTheKeyIdIsAnotherOrMissingThenItIsRefused() throws Exception {
        assertThat(code(key.sign(key.header().put("kid", "k2"), claims))).isEqualTo("unauthenticated");
        var noKid = key.header();
        noKid.remove("kid");
        assertThat(code(key.sign(noKid, claims))).isEqualTo("unauthenticated");
        assertThat(code(TestKey.generate("k1").token(claims))).isEqualTo("unauthenticated");
    }

    @Test
    void whenIssuerOrAudienceIsAnotherThenItIsRefused() throws Exception {
        assertThat(code(key.token(claims.copy().put("iss", "other")))).isEqualTo("unauthenticated");
        assertThat(code(key.token(claims.copy().put("aud", "other")))).isEqualTo("unauthenticated");
        assertThat(code(key.token(
                        claims.copy().put("aud", new JsonArray().add("a").add("b")))))
                .isEqualTo("unauthenticated");
        assertThat(code(key.token(
                        claims.copy().put("aud", new JsonArray().add("a").add("faas")))))
                .isEqualTo("none");
    }

    @Test
    void whenAClaimIsMissingOrOfAnotherKindThenItIsRefused() throws Exception {
        for (var claim : List.of("iss", "aud", "sub", "sid", "name", "exp")) {
            var without = claims.copy();
            without.remove(claim);
            assertThat(code(key.token(without))).as(claim).isEqualTo("unauthenticated");
            assertThat(code(key.token(claims.copy().put(claim, new JsonObject()))))
                    .as(claim)
                    .isEqualTo("unauthenticated");
        }
    }

    @Test
    void whenATokenExpiresThenItIsRefusedAlsoWhenItWasVerifiedBefore() throws Exception {
        var token = key.token(claims);
        assertThat(code(token)).isEqualTo("none");

        clock.now = clock.now.plusSeconds(900);

        assertThat(code(token)).isEqualTo("token_expired");
        assertThat(code(key.token(TestKey.claims(clock.now.minusSeconds(1))))).isEqualTo("token_expired");
    }

    @Test
    void whenATokenIsNotValidYetThenItIsRefusedUntilItIs() throws Exception {
        var later = key.token(claims.copy().put("nbf", clock.now.plusSeconds(60).getEpochSecond()));
        assertThat(code(later)).isEqualTo("unauthenticated");

        clock.now = clock.now.plusSeconds(61);

        assertThat(code(later)).isEqualTo("none");
        for (var nonsense : List.of("0", -1, Long.MAX_VALUE, 1e300)) {
            assertThat(code(key.token(claims.copy().put("nbf", nonsense)))).isEqualTo("unauthenticated");
            assertThat(code(key.token(claims.copy().put("exp", nonsense)))).isEqualTo("unauthenticated");
        }
    }

    @Test
    void whenTheHeaderSaysMoreThanAuthWritesThenTheTokenIsRefused() throws Exception {
        for (var name : List.of("jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty", "other")) {
            assertThat(code(key.sign(key.header().put(name, "x"), claims)))
                    .as(name)
                    .isEqualTo("unauthenticated");
        }
        assertThat(code(key.sign(key.header().put("typ", "jwt"), claims))).isEqualTo("none");
        assertThat(code(key.sign(key.header().put("typ", "secevent+jwt"), claims)))
                .isEqualTo("unauthenticated");
        assertThat(code(key.token(claims) + "==")).isEqualTo("unauthenticated");
    }

    @Test
    void whenALoginIsRevokedThenItsTokensAreRefusedAlsoWhenVerifiedBefore() throws Exception {
        var token = key.token(claims);
        var revoked = new ArrayList<String>();
        verifier.checkRevocationsWith(revoked::contains);
        assertThat(code(token)).isEqualTo("none");

        revoked.add("s1");

        assertThat(code(token)).isEqualTo("unauthenticated");
        assertThat(code(key.token(claims.copy().put("sid", "s2")))).isEqualTo("none");
    }

    @Test
    void whenATokenIsTamperedWithThenItIsRefused() throws Exception {
        var token = key.token(claims);
        var parts = token.split("\\.");
        var other = key.token(claims.copy().put("sub", "usr_2")).split("\\.");
        code(token);

        assertThat(code(parts[0] + "." + other[1] + "." + parts[2])).isEqualTo("unauthenticated");
        assertThat(code(parts[0] + "." + parts[1] + "." + other[2])).isEqualTo("unauthenticated");
        assertThat(code(parts[0] + "." + parts[1])).isEqualTo("unauthenticated");
        assertThat(code(token + ".x")).isEqualTo("unauthenticated");
        assertThat(code(parts[0] + "." + parts[1] + "." + "A".repeat(86))).isEqualTo("unauthenticated");
    }

    @Test
    void whenATokenIsNoneAtAllThenItIsRefused() {
        for (var text : List.of("", ".", "..", "...", "a.b.c", "faas_abc", "e30.e30.AAAA", "x".repeat(100_000))) {
            assertThat(code(text)).isEqualTo("unauthenticated");
        }
    }

    @Test
    void whenTheKeysChangeThenTokensOfTheOldOnesAreRefusedAndOfTheNewAccepted() throws Exception {
        var next = TestKey.generate("k2");
        var old = key.token(claims);
        assertThat(code(old)).isEqualTo("none");

        verifier.replaceKeys(Map.of("k1", key.jwk(), "k2", next.jwk()));
        assertThat(code(old)).isEqualTo("none");
        assertThat(code(next.token(claims))).isEqualTo("none");

        verifier.replaceKeys(Map.of("k2", next.jwk()));
        assertThat(code(old)).isEqualTo("unauthenticated");
        assertThat(code(next.token(claims))).isEqualTo("none");
    }

    private String code(String token) {
        return code(verifier, token);
    }

    /** "none" when the token is accepted. */
    private static String code(TokenVerifier verifier, String token) {
        var outcome = verifier.verify(token);
        if (outcome.succeeded()) {
            return "none";
        }
        return ((ProblemException) outcome.cause()).problem().code();
    }

    private static final class SettableClock extends Clock {
        private Instant now = Instant.now();

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
