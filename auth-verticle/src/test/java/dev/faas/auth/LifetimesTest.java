package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.audit.RefusedAttempts;
import dev.faas.auth.admin.InvitationStore;
import dev.faas.auth.admin.RegistrationStore;
import dev.faas.auth.admin.SettingStore;
import dev.faas.auth.admin.TokenCutoffStore;
import dev.faas.auth.admission.HashQueue;
import dev.faas.auth.admission.KnownAddressStore;
import dev.faas.auth.admission.LoginFailureStore;
import dev.faas.auth.signing.SigningKey;
import dev.faas.auth.signing.SigningKeyStore;
import dev.faas.auth.signing.SigningKeys;
import dev.faas.http.client.ClientAddress;
import dev.faas.http.token.EntrySigner;
import dev.faas.http.token.KeyRing;
import dev.faas.http.token.TokenVerifier;
import dev.faas.http.token.TrustRoot;
import dev.faas.nats.Kv;
import dev.faas.nats.Nats;
import dev.faas.pg.Pg;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Logins, revocations and keys over time: real stores, a clock that the test sets. */
class LifetimesTest extends BackendsFixture {
    private static final Origin ORIGIN =
            Origin.anonymous(ClientAddress.parse("192.0.2.1").orElseThrow(), null, null);

    private volatile Instant now = Instant.now();
    private Pg pg;
    private Nats nats;
    private Kv revoked;
    private LoginStore logins;
    private SigningKeys keys;
    private Tokens tokens;
    private Revocations revocations;
    private Accounts accounts;

    @BeforeEach
    void start() throws Exception {
        pg = Pg.open(vertx, backends.pgConfig(backends.postgres.url(), Duration.ofSeconds(10)));
        nats = backends.connect("auth-service");
        revoked = nats.kv("REVOKED");
        var audit = new AuditStore(pg, "auth", false);
        logins = new LoginStore(pg, audit, Backends.LOGIN_LIFETIME);
        var cutoffs = new TokenCutoffStore(pg, () -> now, Backends.ACCESS_LIFETIME);
        keys = new SigningKeys(new SigningKeyStore(pg, KeyEncryptionKeys.NONE), () -> now);
        await(keys.load());
        tokens = new Tokens(vertx, keys, () -> now, Backends.ACCESS_LIFETIME);
        revocations = new Revocations(logins, cutoffs, revoked, vertx.getOrCreateContext(), () -> now);
        var store = new AccountStore(pg);
        var known = new KnownAddressStore(pg, () -> now);
        var passwords = new PasswordCheck(
                store,
                new Passwords(),
                new HashQueue(vertx, new HashQueue.Limits(2, 8, 10), known),
                new LoginFailureStore(pg, known, () -> now),
                new RefusedAttempts(audit));
        accounts = new Accounts(
                store,
                new RegistrationStore(
                        pg, new SettingStore(pg, Backends.OPEN, audit), new InvitationStore(pg, audit), audit),
                logins,
                passwords,
                tokens,
                revocations,
                () -> now,
                Backends.REFRESH_LIFETIME,
                new BrowserSecret(UUID.randomUUID()));
        await(accounts.register("lifetimes", PASSWORD, Optional.empty(), ORIGIN));
    }

    @AfterEach
    void stop() {
        await(pg.close());
        nats.close();
    }

    @Test
    void givenALoginWhenUnusedForItsLifetimeThenItHasEndedAndIsForgotten() throws Exception {
        var login = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        now = now.plus(Backends.REFRESH_LIFETIME).minusSeconds(1);
        var refreshed = await(accounts.refresh(login.refreshToken(), ORIGIN));
        now = now.plus(Backends.REFRESH_LIFETIME);

        assertThat(failure(accounts.refresh(refreshed.refreshToken(), ORIGIN)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("invalid_credentials"));

        await(logins.prune(now));
        assertThat(backends.number("select count(*) from auth.refresh_token")).isZero();
        assertThat(backends.number("select count(*) from auth.login")).isZero();
    }

    @Test
    void givenALoginThatIsRefreshedWhenItsLifetimeIsOverThenItHasEnded() {
        var pair = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        var endsAt = now.plus(Backends.LOGIN_LIFETIME);
        while (now.plus(Duration.ofDays(20)).isBefore(endsAt)) {
            now = now.plus(Duration.ofDays(20));
            pair = await(accounts.refresh(pair.refreshToken(), ORIGIN));
        }
        now = endsAt.minusSeconds(10);
        pair = await(accounts.refresh(pair.refreshToken(), ORIGIN));
        assertThat(pair.expiresInSeconds())
                .as("no access token outlives its login")
                .isBetween(9L, 10L);
        now = endsAt;

        assertThat(failure(accounts.refresh(pair.refreshToken(), ORIGIN))).isInstanceOf(ProblemException.class);
    }

    @Test
    void givenALoginInUseWhenPrunedThenOnlyItsExpiredTokensAreForgotten() throws Exception {
        var login = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        now = now.plus(Backends.REFRESH_LIFETIME).minusSeconds(1);
        var refreshed = await(accounts.refresh(login.refreshToken(), ORIGIN));
        now = now.plusSeconds(1);

        await(logins.prune(now));

        assertThat(backends.number("select count(*) from auth.refresh_token")).isEqualTo(1);
        assertThat(await(accounts.refresh(refreshed.refreshToken(), ORIGIN)).tokenType())
                .isEqualTo("Bearer");
    }

    @Test
    void givenARevocationWhenTheLastAccessTokenHasExpiredThenItIsForgottenEverywhere() throws Exception {
        var login = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        var sid = sid(login);
        await(accounts.logout(login.refreshToken(), ORIGIN));
        await(revocations.prune());
        await(logins.prune(now));
        assertThat(revocations.isRevoked(sid)).isTrue();
        assertThat(revoked.get(sid).join()).isPresent();

        now = now.plus(Backends.ACCESS_LIFETIME).plusSeconds(61);
        await(revocations.prune());
        await(logins.prune(now));

        assertThat(revocations.isRevoked(sid)).isFalse();
        assertThat(revoked.get(sid).join()).isEmpty();
        assertThat(backends.number("select count(*) from auth.login")).isZero();
    }

    @Test
    void givenARevocationOfAnotherReplicaWhenTheBucketIsWatchedThenItIsKnownUntilItIsDeleted() throws Exception {
        revoked.put("sid_of_before", "2999-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8))
                .join();
        try (var following = revocations.follow()) {
            await(revocations.whenLoaded());
            assertThat(revocations.isRevoked("sid_of_before")).isTrue();

            revoked.put("sid_of_now", "2999-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8))
                    .join();
            revoked.put("sid_unreadable", "soon".getBytes(StandardCharsets.UTF_8))
                    .join();
            eventually(() -> revocations.isRevoked("sid_of_now") && revocations.isRevoked("sid_unreadable"));

            var over = now.minus(Duration.ofMinutes(2)).toString();
            revoked.put("sid_over", over.getBytes(StandardCharsets.UTF_8)).join();
            eventually(() -> revocations.isRevoked("sid_over"));
            revoked.delete("sid_of_now").join(); // too early: it does not count
            revoked.delete("sid_over").join();
            eventually(() -> !revocations.isRevoked("sid_over"));
            assertThat(revocations.isRevoked("sid_of_now")).isTrue();
            assertThat(following).isNotNull();
        }
    }

    @Test
    void givenASecondKeyWhenItsTimeComesThenItSignsAndBothVerify() throws Exception {
        var first = kid(await(accounts.login("lifetimes", PASSWORD, ORIGIN)));
        var next = SigningKey.generate(now.plusSeconds(60));
        await(new SigningKeyStore(pg, KeyEncryptionKeys.NONE).add(next));
        await(keys.load());

        assertThat(keys.publicJwks()).containsOnlyKeys(first, next.kid());
        assertThat(kid(await(accounts.login("lifetimes", PASSWORD, ORIGIN)))).isEqualTo(first);
        now = now.plusSeconds(60);
        assertThat(kid(await(accounts.login("lifetimes", PASSWORD, ORIGIN)))).isEqualTo(next.kid());
    }

    @Test
    void givenAKeyThatIsRemovedFromPostgresWhenRefreshedThenItsTokensCountNoLonger() throws Exception {
        var old = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        await(new SigningKeyStore(pg, KeyEncryptionKeys.NONE).add(SigningKey.generate(now)));
        var ours = new TokenVerifier(vertx);
        var others = new TokenVerifier(vertx);
        var publication = new KeyPublication(
                keys, ours, nats.kv("KEYS"), EntrySigner.NONE, revocations::restore, vertx.getOrCreateContext());
        try (var following = publication.follow();
                var ring = KeyRing.open(nats, others, TrustRoot.NONE, Duration.ofSeconds(10))) {
            await(publication.refresh());
            eventually(() -> accepts(others, old));
            await(pg.withPool(pool ->
                    pool.preparedQuery("delete from signing_key where kid = $1").execute(Tuple.of(kid(old)))));

            eventually(() -> {
                await(publication.refresh());
                return !accepts(others, old);
            });

            assertThat(accepts(ours, old)).isFalse();
            var anew = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
            assertThat(kid(anew)).isNotEqualTo(kid(old));
            eventually(() -> accepts(others, anew));
            assertThat(following).isNotNull();
            assertThat(ring).isNotNull();
        }
    }

    @Test
    void givenABucketThatLosesItsContentWhenRefreshedThenKeysAndRevocationsArePublishedAgain() throws Exception {
        var login = await(accounts.login("lifetimes", PASSWORD, ORIGIN));
        await(accounts.logout(login.refreshToken(), ORIGIN));
        var verifier = new TokenVerifier(vertx);
        var published = nats.kv("KEYS");
        var publication = new KeyPublication(
                keys, verifier, published, EntrySigner.NONE, revocations::restore, vertx.getOrCreateContext());
        await(publication.refresh());
        assertThat(verifier.hasKeys()).isTrue();
        published.delete(kid(login)).join();
        revoked.delete(sid(login)).join();

        await(publication.refresh());

        assertThat(published.get(kid(login)).join()).isPresent();
        assertThat(revoked.get(sid(login)).join()).isPresent();
    }

    private static boolean accepts(TokenVerifier verifier, TokenPair login) {
        return await(verifier.verify(login.accessToken()).transform(done -> Future.succeededFuture(done.succeeded())));
    }

    private static String sid(TokenPair login) {
        return Answers.claims(login.accessToken()).getString("sid");
    }

    private static String kid(TokenPair login) {
        return Answers.header(login.accessToken()).getString("kid");
    }
}
