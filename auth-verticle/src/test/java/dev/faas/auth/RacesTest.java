package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.eventually;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.auth.AccountStore.Credentials;
import dev.faas.auth.LoginStore.Rotation;
import dev.faas.auth.LoginStore.StoredToken;
import dev.faas.auth.admin.InvitationStore;
import dev.faas.auth.admin.Registration;
import dev.faas.auth.admin.RegistrationRules;
import dev.faas.auth.admin.RegistrationStore;
import dev.faas.auth.admin.SettingStore;
import dev.faas.auth.admin.TokenCutoffStore;
import dev.faas.auth.admin.User;
import dev.faas.auth.admin.UserStore;
import dev.faas.auth.signing.SigningKeyStore;
import dev.faas.auth.signing.SigningKeys;
import dev.faas.config.Profile;
import dev.faas.pg.Pg;
import dev.faas.seal.KeyEncryptionKeys;
import dev.faas.testing.Await;
import dev.faas.wire.Principal;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Instant LATER = NOW.plusSeconds(3_600);

    private static final Duration WINDOW = Duration.ofMinutes(30);
    private static final RegistrationRules FIRST =
            new RegistrationRules(Registration.FIRST, false, Profile.SHARED, WINDOW);

    @TempDir
    static Path directory;

    private static Backends backends;
    private static Vertx vertx;
    private static Pg pg;
    private static AuditStore audit;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.withoutStreams(directory);
        vertx = Vertx.vertx();
        pg = Pg.open(vertx, backends.pgConfig(backends.postgres.url(), Duration.ofSeconds(10)));
        audit = new AuditStore(pg, "auth", false);
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
        var logins = new LoginStore(pg, audit, Backends.LOGIN_LIFETIME);
        var user = await(register("race"));
        var account = new Account(user.userId(), user.username(), user.roles(), NOW);
        for (int round = 0; round < ROUNDS; round++) {
            var first = Buffer.buffer("first of " + round);
            await(logins.open(
                    "sid_" + round,
                    new Credentials(account, "hash"),
                    new StoredToken(first, LATER),
                    () -> NOW,
                    Origin.operator()));
            var name = "successor of " + round + " ";

            var outcomes = atOnce(() -> logins.rotate(
                    first,
                    new StoredToken(Buffer.buffer(name + System.nanoTime()), LATER),
                    NOW,
                    LATER,
                    Origin.operator()));

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
                var keys = new SigningKeys(new SigningKeyStore(pg, KeyEncryptionKeys.NONE), InstantSource.system());
                return keys.load().map(done -> keys.publicJwks());
            });

            assertThat(loaded.getFirst()).hasSize(1);
            assertThat(loaded).containsOnly(loaded.getFirst());
            assertThat(backends.number("select count(*) from auth.signing_key")).isEqualTo(1);
        }
    }

    @Test
    void givenOneNameWhenInsertedAtOnceThenExactlyOneHasIt() {
        for (int round = 0; round < ROUNDS; round++) {
            var name = "name" + round;

            var inserted = atOnce(() -> register(name).map(true).otherwise(false));

            assertThat(inserted).filteredOn(Boolean.TRUE::equals).hasSize(1);
        }
    }

    @Test
    void givenAHundredFirstRegistrationsAtOnceThenExactlyOneMakesAnAdmin() throws Exception {
        for (var rules : List.of(FIRST, new RegistrationRules(Registration.OPEN, false, Profile.PRIVATE, WINDOW))) {
            forgetAccounts();
            var store = registrations(rules);

            var made = Stream.iterate(0, i -> i + 1)
                    .limit(100)
                    .map(i -> store.register("first" + i, "hash", Optional.empty(), NOW, Origin.operator())
                            .map(user -> user.roles().contains(Principal.ADMIN))
                            .otherwise(false))
                    .toList()
                    .stream()
                    .map(Await::await)
                    .toList();

            assertThat(made).filteredOn(Boolean.TRUE::equals).hasSize(1);
            assertThat(backends.number("select count(*) from auth.account where 'admin' = any (roles)"))
                    .isEqualTo(1);
            assertThat(backends.number("select count(*) from auth.account")).isEqualTo(rules.equals(FIRST) ? 1 : 100);
            assertThat(backends.number("select count(*) from auth.audit where action = 'account.create'"
                            + " and target in (select id from auth.account)"))
                    .isEqualTo(rules.equals(FIRST) ? 1 : 100);
        }
    }

    @Test
    void givenAdminsThatDemoteDisableAndDeleteEachOtherAtOnceThenOneIsLeft() throws Exception {
        var users = users();
        for (int round = 0; round < ROUNDS; round++) {
            forgetAccounts();
            var names = List.of("one" + round, "two" + round, "three" + round);
            var ids = names.stream()
                    .map(name -> await(users.createAdmin(name, "hash")).userId())
                    .toList();
            var demote = new UserStore.Change(Optional.empty(), Optional.of(List.of("user")));
            var disable = new UserStore.Change(Optional.of("disabled"), Optional.empty());
            var asked = Stream.iterate(0, i -> i + 1)
                    .limit(AT_ONCE)
                    .map(i -> {
                        var origin = new Origin(ids.get(i % 3), "sid", null, null, null);
                        return users.change(names.get((i + 1) % 3), i % 2 == 0 ? demote : disable, origin)
                                .map("done")
                                .otherwise(failure ->
                                        ((ProblemException) failure).problem().code());
                    })
                    .toList();
            var answers = asked.stream().map(Await::await).toList();

            assertThat(answers).isSubsetOf("done", "last_admin", "forbidden");
            assertThat(backends.number(
                            "select count(*) from auth.account where state = 'active' and 'admin' = any (roles)"))
                    .isPositive();
        }
    }

    private UserStore users() {
        var clock = InstantSource.system();
        return new UserStore(pg, audit, clock, new TokenCutoffStore(pg, clock, Duration.ofMinutes(16)));
    }

    /** What an admin does waits for a demotion of this admin that has begun. */
    @Test
    void givenADemotionThatIsNotYetStoredWhenTheAdminActsThenItIsRefusedAfterwards() throws Exception {
        var users = users();
        forgetAccounts();
        var admin = await(users.createAdmin("demoted", "hash")).userId();
        var origin = new Origin(admin, "sid", null, null, null);
        try (var connection = DriverManager.getConnection(
                        backends.jdbcUrl(),
                        backends.postgres.role("auth").user(),
                        backends.postgres.role("auth").password());
                var sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("set search_path = auth; update account set roles = '{user}' where id = '" + admin + "'");
            var code = users.createCode("demoted", origin);
            eventually(() -> backends.number("select count(*) from pg_locks where not granted") > 0);
            connection.commit();

            assertThat(failure(code)).isInstanceOf(ProblemException.class);
        }
    }

    private static Future<User> register(String name) {
        return registrations(Backends.OPEN).register(name, "hash", Optional.empty(), NOW, Origin.operator());
    }

    private static RegistrationStore registrations(RegistrationRules rules) {
        return new RegistrationStore(pg, new SettingStore(pg, rules, audit), new InvitationStore(pg, audit), audit);
    }

    private static void forgetAccounts() throws SQLException {
        backends.run("delete from auth.account");
    }

    private static <T> List<T> atOnce(Supplier<Future<T>> work) {
        var asked = Stream.generate(work).limit(AT_ONCE).toList();
        return asked.stream().map(Await::await).toList();
    }
}
