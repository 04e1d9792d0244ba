package dev.faas.auth;

import static dev.faas.auth.Answers.assertProblem;
import static dev.faas.auth.Answers.assertRefused;
import static dev.faas.auth.Client.credentials;
import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.auth.admission.HashQueue;
import dev.faas.config.Env;
import dev.faas.http.client.AddressRanges;
import dev.faas.http.client.ClientAddress;
import dev.faas.testing.HttpAnswer;
import dev.faas.testing.Records;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on logins, with the limits of a shared platform. The test is the gateway: it tells the clients' addresses. */
class LoginAdmissionTest {
    private static final String PASSWORD = "correct horse battery";
    private static final String HOME = "198.51.100.1";
    private static final String OFFICE = "198.51.100.2";
    private static final String ATTACKER = "203.0.113.66";

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static Backends backends;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        backends = Backends.start(directory);
        client = start(0);
    }

    private static Client start(int rate) {
        return start(new AuthConfig.Addresses(rate, AddressRanges.NONE));
    }

    private static Client start(AuthConfig.Addresses addresses) {
        var verticle = new AuthVerticle(
                Records.with(backends.config(), "hashing", new HashQueue.Limits(2, 64, 4), "addresses", addresses));
        await(vertx.deployVerticle(verticle));
        return new Client(verticle.port());
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        await(vertx.close());
        backends.close();
    }

    @Test
    void anAttackFromOneAddressDelaysALoginFromAnotherByLessThanASecond() {
        client.register("busy", PASSWORD);
        var started = System.nanoTime();
        assertThat(login("busy", PASSWORD, HOME).status()).isEqualTo(200);
        var quiet = System.nanoTime() - started;

        var attack = IntStream.range(0, 66)
                .mapToObj(i -> sent("victim-" + i, "guess", ATTACKER))
                .toList();
        started = System.nanoTime();
        var other = login("busy", PASSWORD, OFFICE);
        var delayed = System.nanoTime() - started;

        assertThat(other.status()).as(other.text()).isEqualTo(200);
        assertThat(Duration.ofNanos(delayed - quiet)).isLessThan(Duration.ofSeconds(1));
        var answers = attack.stream().map(CompletableFuture::join).toList();
        assertThat(answers)
                .extracting(HttpAnswer::status)
                .containsOnly(401, 429)
                .contains(429);
        answers.stream().filter(it -> it.status() == 429).forEach(it -> {
            assertThat(it.code()).isEqualTo("rate_limited");
            assertThat(it.header("Retry-After")).isEqualTo("1");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"guessed", "no-such-user"})
    void afterFiveFailuresAnAccountIsTriedOnceASecondWhetherItExistsOrNot(String username) throws Exception {
        client.register("guessed", PASSWORD);

        // From many addresses: strangers have one counter.
        for (var i = 0; i < 5; i++) {
            assertRefused(login(username, "guess", "203.0.113." + i), "invalid_credentials");
        }
        var refused = login(username, PASSWORD, "203.0.113.9");

        assertProblem(refused, 429, "rate_limited");
        assertThat(refused.header("Retry-After")).isEqualTo("1");
        var until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        HttpAnswer later;
        do {
            later = login(username, "guess", "203.0.113.10");
        } while (later.status() == 429 && System.nanoTime() < until);
        assertRefused(later, "invalid_credentials");
        // Now it is two seconds.
        assertThat(login(username, "guess", "203.0.113.11").header("Retry-After"))
                .isIn("1", "2");
        assertThat(failures(username)).isEqualTo(6);
    }

    @Test
    void aGuesserNeverLocksOutAnAddressThatTheAccountUses() {
        client.register("user-at-home", PASSWORD);
        assertThat(login("user-at-home", PASSWORD, HOME).status()).isEqualTo(200);
        assertThat(login("user-at-home", PASSWORD, OFFICE).status()).isEqualTo(200);

        for (var i = 0; i < 20; i++) {
            login("user-at-home", "guess", "203.0.113." + i);
        }
        assertProblem(login("user-at-home", PASSWORD, "203.0.113.99"), 429, "rate_limited");
        assertThat(login("user-at-home", PASSWORD, HOME).status()).isEqualTo(200);

        // Nor does a guesser at home, where an address is slowed down as well.
        for (var i = 0; i < 5; i++) {
            assertRefused(login("user-at-home", "guess", HOME), "invalid_credentials");
        }
        assertProblem(login("user-at-home", PASSWORD, HOME), 429, "rate_limited");
        assertThat(login("user-at-home", PASSWORD, OFFICE).status()).isEqualTo(200);
    }

    @Test
    void aLoginFromAKnownAddressForgetsItsFailures() {
        client.register("forgetful", PASSWORD);
        assertThat(login("forgetful", PASSWORD, HOME).status()).isEqualTo(200);
        for (var round = 0; round < 3; round++) {
            for (var i = 0; i < 4; i++) {
                assertRefused(login("forgetful", "wrong", HOME), "invalid_credentials");
            }
            assertThat(login("forgetful", PASSWORD, HOME).status()).isEqualTo(200);
        }
    }

    /** A gateway of an earlier version does not tell the client's. */
    @Test
    void theAddressOfAGatewayIsKnownOfNobody() throws Exception {
        var env = Env.of(Map.of("GATEWAYS", "127.0.0.0/8"));
        var userId = client.register("upgraded", PASSWORD).json().getString("userId");
        try (var behind = start(new AuthConfig.Addresses(0, AddressRanges.from(env, "GATEWAYS", "")))) {
            assertThat(behind.post("/v1/auth/login", credentials("upgraded", PASSWORD))
                            .status())
                    .isEqualTo(200);
            var known = "select count(*) from auth.known_address where user_id = '" + userId + "'";
            assertThat(backends.number(known)).isZero();

            behind.post("/v1/auth/login", credentials("upgraded", PASSWORD), ClientAddress.HEADER, HOME);
            assertThat(backends.number(known)).isEqualTo(1);
        }
    }

    /** Such a name may look like a name and an address; no account has it, so it needs no counter. */
    @Test
    void aNameThatNoAccountCanHaveCountsAgainstNobody() throws Exception {
        var userId = client.register("eve", PASSWORD).json().getString("userId");
        assertThat(login("eve", PASSWORD, HOME).status()).isEqualTo(200);
        var counters = backends.number("select count(*) from auth.login_failure");

        for (var name : List.of("eve\n" + HOME, "address " + userId + " " + HOME)) {
            for (var i = 0; i < 6; i++) {
                assertRefused(login(name, "guess", "203.0.113." + i), "invalid_credentials");
            }
        }

        assertThat(backends.number("select count(*) from auth.login_failure")).isEqualTo(counters);
        assertThat(login("eve", PASSWORD, HOME).status()).isEqualTo(200);
    }

    @Test
    void anAddressMayRefreshTenTimesAsOftenAsLogIn() {
        try (var limited = start(1)) {
            for (var i = 0; i < 9; i++) {
                assertRefused(refresh(limited, ATTACKER), "invalid_credentials");
            }
            limited.post("/v1/auth/logout", Client.refreshBody("unknown"), ClientAddress.HEADER, ATTACKER);

            assertProblem(refresh(limited, ATTACKER), 429, "rate_limited");
            assertRefused(refresh(limited, HOME), "invalid_credentials");
        }
    }

    private static HttpAnswer refresh(Client limited, String address) {
        return limited.post("/v1/auth/refresh", Client.refreshBody("unknown"), ClientAddress.HEADER, address);
    }

    @Test
    void anAddressMayMakeSoManyCallsAMinuteWithoutALogin() {
        try (var limited = start(3)) {
            var calls = List.of("/v1/auth/login", "/v1/auth/register", "/v1/auth/password/reset");
            var left = calls.stream()
                    .map(path -> limited.post(path, credentials("rate", "wrong"), ClientAddress.HEADER, ATTACKER)
                            .header("RateLimit"))
                    .toList();
            assertThat(left)
                    .map(it -> it.replaceAll(";t=.*", ""))
                    .containsExactly("\"address\";r=2", "\"address\";r=1", "\"address\";r=0");

            var refused = limited.post("/v1/auth/login", credentials("rate", "wrong"), ClientAddress.HEADER, ATTACKER);

            assertProblem(refused, 429, "rate_limited");
            assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"address\";q=3;w=60");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
            assertRefused(
                    limited.post("/v1/auth/login", credentials("rate", "wrong"), ClientAddress.HEADER, HOME),
                    "invalid_credentials");
        }
    }

    /** By its account when that is known, and by its address in any case. */
    @Test
    void aLoginThatIsRefusedAsTooEarlyOrTooManyIsInTheAuditLog() throws Exception {
        var userId = client.register("counted", PASSWORD).json().getString("userId");
        var verticle = new AuthVerticle(
                Records.with(backends.config(), "addresses", new AuthConfig.Addresses(7, AddressRanges.NONE)));
        var deployment = await(vertx.deployVerticle(verticle));
        try (var limited = new Client(verticle.port())) {
            var answers = IntStream.range(0, 8)
                    .mapToObj(i -> limited.post(
                                    "/v1/auth/login",
                                    credentials("counted", "wrong"),
                                    ClientAddress.HEADER,
                                    "203.0.113.77")
                            .status())
                    .toList();
            assertThat(answers).startsWith(401, 401, 401, 401, 401, 429).endsWith(429);
        }
        await(vertx.undeploy(deployment)); // writes the counts

        assertThat(
                        backends.text(
                                "select string_agg(concat_ws(' ', target = '" + userId + "', changes ->> 'count'), ', '"
                                        + " order by target nulls last) from auth.audit"
                                        + " where action = 'session.create' and outcome = 'refused' and address = '203.0.113.77'"))
                .isEqualTo("t 7, 1");
    }

    private static HttpAnswer login(String username, String password, String address) {
        return sent(username, password, address).join();
    }

    private static CompletableFuture<HttpAnswer> sent(String username, String password, String address) {
        return client.sent(
                "POST", "/v1/auth/login", credentials(username, password).encode(), ClientAddress.HEADER, address);
    }

    private static long failures(String username) throws SQLException {
        return backends.number("select failures from auth.login_failure where key = sha256('name " + username + "')");
    }
}
