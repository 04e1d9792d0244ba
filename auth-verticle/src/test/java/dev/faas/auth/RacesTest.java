package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.auth.LoginStore.Rotation;
import dev.faas.auth.LoginStore.StoredToken;
import dev.faas.pg.Pg;
import dev.faas.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Races of replicas in Postgres, repeated on open connections, where a missing lock shows. */
class RacesTest {
    private static final int AT_ONCE = 8;
    private static final int ROUNDS = 20;
    private static final LoginStore.Origin ORIGIN = new LoginStore.Origin("192.0.2.1", null);
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant LATER = NOW.plusSeconds(3_600);

    @TempDir
    static Path directory;

    private static Backends backends;
    private static Vertx vertx;
    private static Pg pg;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.withoutStreams(directory);
        vertx = Vertx.vertx();
        pg = Pg.open(vertx, backends.pgConfig(backends.postgres.url(), Duration.ofSeconds(10)));
        atOnce(() -> pg.withPool(pool -> pool.query("select pg_sleep(0.05)").execute())); // opens all connections
    }

    @AfterAll
    static void stop() throws Exception {
        await(pg.close());
        await(vertx.close());
        backends.close();
    }

    @Test
    void givenOneRefreshTokenWhenRotatedAtOnceThenExactlyOneGetsASuccessor() {
        var logins = new LoginStore(pg, Backends.LOGIN_LIFETIME);
        var account = new Account("usr_race", "race", List.of("user"), NOW);
        await(new AccountStore(pg).insert(account, "hash"));
        for (int round = 0; round < ROUNDS; round++) {
            var first = Buffer.buffer("first of " + round);
            await(logins.open("sid_" + round, account.userId(), NOW, new StoredToken(first, LATER), ORIGIN));
            var name = "successor of " + round + " ";

            var outcomes = atOnce(() ->
                    logins.rotate(first, new StoredToken(Buffer.buffer(name + System.nanoTime()), LATER), NOW, LATER));

            assertThat(outcomes).filteredOn(Rotation.Rotated.class::isInstance).hasSize(1);
            assertThat(outcomes).filteredOn(Rotation.Reused.class::isInstance).hasSize(1);
            assertThat(outcomes).filteredOn(Rotation.Refused.class::isInstance).hasSize(AT_ONCE - 2);
        }
    }

    @Test
    void givenNoSigningKeyWhenReplicasLoadAtOnceThenAllHaveTheSameOne() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            await(pg.withPool(pool -> pool.query("delete from signing_key").execute()));

            var loaded = atOnce(() -> {
                var keys = new SigningKeys(new SigningKeyStore(pg), InstantSource.system());
                return keys.load().map(done -> keys.publicJwks());
            });

            assertThat(loaded.getFirst()).hasSize(1);
            assertThat(loaded).containsOnly(loaded.getFirst());
            assertThat(backends.number("select count(*) from auth.signing_key")).isEqualTo(1);
        }
    }

    @Test
    void givenOneNameWhenInsertedAtOnceThenExactlyOneHasIt() {
        var accounts = new AccountStore(pg);
        for (int round = 0; round < ROUNDS; round++) {
            var name = "name" + round;

            var inserted = atOnce(
                    () -> accounts.insert(new Account("usr_" + System.nanoTime(), name, List.of("user"), NOW), "hash"));

            assertThat(inserted).filteredOn(Boolean.TRUE::equals).hasSize(1);
        }
    }

    private static <T> List<T> atOnce(Supplier<Future<T>> work) {
        var asked = Stream.generate(work).limit(AT_ONCE).toList();
        return asked.stream().map(Await::await).toList();
    }
}
