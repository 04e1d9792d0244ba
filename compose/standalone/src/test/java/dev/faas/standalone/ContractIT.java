package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.standalone.ApiYaml.Documented;
import dev.faas.standalone.Provocation.Means;
import dev.faas.standalone.RawHttp.Answer;
import dev.faas.wire.Codec;
import io.vertx.openapi.contract.Operation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each problem that openapi.yaml lists, of each operation, provoked at a real system: the rows are the document's own, so
 * that a problem that is added without a way to provoke it fails. In the end one part after another is stopped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ContractIT {
    /** What cannot be provoked from outside, why, and what shows it instead. */
    private static final Map<String, String> EXCUSED = Map.of(
            "internal", "no request is known that does it; HttpServiceTest throws inside a handler",
            "outcome_unknown", "the bus has to fall silent within one submit; the gateway's OutageTest freezes it",
            "result_expired", "output is kept for days; the registry's LedgerTest clears it");

    /** Need something done to the system, and have tests of their own below. */
    private static final List<String> ARRANGED = List.of("unavailable", "request_timeout", "token_expired");

    private static final Map<String, String> IMPATIENT =
            Map.of("FAAS_HTTP_REQUEST_TIMEOUT", "2s", "FAAS_ACCESS_TOKEN_LIFETIME", "10s");

    @TempDir
    static Path directory;

    private final Scrutiny scrutiny = new Scrutiny();
    private Services system;
    private Means means;
    private long meansSince;

    @BeforeAll
    void start() throws Exception {
        system = new Services(directory, IMPATIENT);
        means = new Means("", "", "", "");
        // What provokes a name that is taken takes it, the first time.
        assertThat(send(provocation(problem("register", "username_taken"))).status())
                .isEqualTo(201);
        renew();
        means = new Means("", means.accessToken(), means.refreshToken(), means.accessToken());
        assertThat(send(provocation(problem("createFunction", "function_exists")))
                        .status())
                .isEqualTo(201);
        var submitted = good("submitActivation");
        assertThat(submitted.status()).isEqualTo(202);
        var id = json(submitted).path("activationId").asText();
        means = new Means(id, means.accessToken(), means.refreshToken(), means.expiredToken());
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
    }

    static Stream<Documented> whatEveryoneCanProvoke() {
        return documented().filter(each -> !ARRANGED.contains(each.code()) && !EXCUSED.containsKey(each.code()));
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("whatEveryoneCanProvoke")
    void aRequestThatProvokesItIsAnsweredWithTheProblem(Documented problem) throws Exception {
        provoke(problem);
    }

    @Order(1)
    @Test
    void everyPathHasTheMethodsThatAreDocumentedAndNoOther() throws Exception {
        var yaml = ApiYaml.load();
        for (var path : yaml.paths().fieldNames()) {
            var methods = new TreeSet<>(yaml.operations(path).keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            methods.add("OPTIONS");

            var answer = send(new Provocation("OPTIONS", path.replaceAll("[{}]", ""), List.of(), ""));

            assertThat(answer.status()).as(path).isEqualTo(204);
            assertThat(answer.header("Allow")).as(path).contains(String.join(", ", methods));
        }
    }

    @Order(2)
    @Test
    void aTokenThatHasExpiredIsRefusedAsSuch() throws Exception {
        var expiring = provocation(problem("getMe", "token_expired"));
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var status = 200;
        while (status == 200 && System.nanoTime() < until) {
            status = send(expiring).status();
        }

        for (var problem : of("token_expired")) {
            provoke(problem);
        }
    }

    @Order(3)
    @Test
    void aBodyThatDoesNotArriveInTimeIsNotWaitedFor() throws Exception {
        renew();
        var late = of("request_timeout").stream()
                .map(problem -> (Callable<Integer>) () -> {
                    expect(problem, send(provocation(problem).head(10)));
                    return 1;
                })
                .toList();

        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : all.invokeAll(late)) {
                assertThat(done.get()).isEqualTo(1);
            }
        }
    }

    /** Auth last: the tokens are its. */
    @Order(4)
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "registry-service, ^/v1/functions(/\\{ref}(/revisions|/rollback)?)?$|^/v1/activations$",
        "nats, ^/v1/functions/\\{ref}/activations$|^/v1/activations/.*$",
        "auth-service, ^/v1/auth/.*$|^/.well-known/.*$"
    })
    void whoNeedsAPartThatIsAwayIsToldWhichAndWhenToComeBack(String part, String paths) throws Exception {
        renew();
        system.stop(part);

        for (var problem : of("unavailable")) {
            if (operation(problem.operationId()).getOpenAPIPath().matches(paths)) {
                var answer = provoke(problem);
                assertThat(json(answer).path("dependency").asText())
                        .as(problem.toString())
                        .isEqualTo(part);
            }
        }
    }

    @Order(5)
    @Test
    void everyDocumentedProblemHasBeenProvokedOrIsExcusedWithAReason() {
        var missed = documented()
                .filter(problem -> !EXCUSED.containsKey(problem.code()))
                .filter(problem -> !scrutiny.provoked().contains(problem))
                .toList();

        assertThat(missed).isEmpty();
        assertThat(documented().map(Documented::code)).containsAll(EXCUSED.keySet());
        assertThat(scrutiny.provoked()).hasSizeGreaterThan(200);
    }

    private static Stream<Documented> documented() {
        return ApiYaml.load().problems().stream();
    }

    private static List<Documented> of(String code) {
        return documented().filter(problem -> problem.code().equals(code)).toList();
    }

    private static Documented problem(String operationId, String code) {
        return of(code).stream()
                .filter(problem -> problem.operationId().equals(operationId))
                .findFirst()
                .orElseThrow();
    }

    private static Operation operation(String operationId) {
        return Scrutiny.contract().openApi().operation(operationId);
    }

    private Answer provoke(Documented problem) throws Exception {
        if (System.nanoTime() - meansSince > Duration.ofSeconds(4).toNanos()) {
            renew();
        }
        var answer = send(provocation(problem));
        expect(problem, answer);
        return answer;
    }

    private Provocation provocation(Documented problem) {
        return Provocation.of(operation(problem.operationId()), problem, means);
    }

    private static void expect(Documented problem, Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(problem.status());
        assertThat(json(answer).path("code").asText()).isEqualTo(problem.code());
    }

    private static JsonNode json(Answer answer) {
        return Codec.readTree(answer.text().getBytes(StandardCharsets.UTF_8));
    }

    private Answer good(String operationId) throws Exception {
        return send(Provocation.good(operation(operationId), means));
    }

    private Answer send(Provocation provocation) throws Exception {
        return send(provocation.whole());
    }

    private Answer send(String wire) throws Exception {
        try (var raw = RawHttp.connect(system.api(), Duration.ofSeconds(30), scrutiny)) {
            return raw.send(wire).answer().orElseThrow();
        }
    }

    /** Access tokens of this system live for ten seconds. */
    private void renew() throws Exception {
        var tokens = json(good("login"));
        means = new Means(
                means.activation(),
                tokens.path("access_token").asText(),
                tokens.path("refresh_token").asText(),
                means.expiredToken());
        meansSince = System.nanoTime();
    }
}
