package dev.faas.standalone;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.standalone.ApiYaml.Documented;
import dev.faas.standalone.Provocation.Means;
import dev.faas.standalone.RawHttp.Answer.Header;
import dev.faas.wire.Codec;
import io.vertx.openapi.contract.Operation;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
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

    private final HttpClient http = HttpClient.newHttpClient();
    private final Scrutiny scrutiny = new Scrutiny();
    private Services system;
    private Means means;
    private long meansSince;

    @BeforeAll
    void start() throws Exception {
        system = new Services(directory, IMPATIENT);
        var account = Map.of("username", Provocation.USERNAME, "password", Provocation.PASSWORD);
        send(new Provocation(
                "POST",
                "/v1/auth/register",
                List.of("Content-Type", "application/json"),
                new String(Codec.write(account), StandardCharsets.UTF_8)));
        means = new Means("", "", "", "");
        renew();
        means = new Means("", means.accessToken(), means.refreshToken(), means.accessToken());
        assertThat(send(Provocation.of(operation("createFunction"), "function_exists", means))
                        .statusCode())
                .isEqualTo(201);
        var submitted = send(Provocation.of(operation("submitActivation"), "unavailable", means));
        assertThat(submitted.statusCode()).isEqualTo(202);
        var id = Codec.readTree(submitted.body()).path("activationId").asText();
        means = new Means(id, means.accessToken(), means.refreshToken(), means.expiredToken());
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
        http.close();
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

            assertThat(answer.statusCode()).as(path).isEqualTo(204);
            assertThat(answer.headers().firstValue("Allow")).as(path).contains(String.join(", ", methods));
        }
    }

    @Order(2)
    @Test
    void aTokenThatHasExpiredIsRefusedAsSuch() throws Exception {
        var expiring = Provocation.of(operation("getMe"), "token_expired", means);
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        var status = 200;
        while (status == 200 && System.nanoTime() < until) {
            status = send(expiring).statusCode();
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
                    var answer = sendHeadAlone(Provocation.of(operation(problem.operationId()), problem.code(), means));
                    assertThat(answer.status()).as(answer.text()).isEqualTo(408);
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
                assertThat(Codec.readTree(answer.body()).path("dependency").asText())
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

    private static Operation operation(String operationId) {
        return Scrutiny.contract().openApi().operation(operationId);
    }

    private HttpResponse<byte[]> provoke(Documented problem) throws Exception {
        if (System.nanoTime() - meansSince > Duration.ofSeconds(4).toNanos()) {
            renew();
        }
        var answer = send(Provocation.of(operation(problem.operationId()), problem.code(), means));
        expect(problem, answer);
        return answer;
    }

    private static void expect(Documented problem, HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode()).as(User.text(answer)).isEqualTo(problem.status());
        assertThat(User.json(answer).path("code").asText()).isEqualTo(problem.code());
    }

    private HttpResponse<byte[]> send(Provocation provocation) throws Exception {
        var builder = request(provocation);
        if (!provocation.headers().isEmpty()) {
            builder.headers(provocation.headers().toArray(String[]::new));
        }
        var request = builder.build();
        var answer = http.send(request, BodyHandlers.ofByteArray());
        scrutiny.answer(request, answer.statusCode(), answer.headers(), answer.body());
        return answer;
    }

    private HttpRequest.Builder request(Provocation provocation) {
        return HttpRequest.newBuilder(system.api().resolve(provocation.target()))
                .timeout(Duration.ofSeconds(30))
                .method(
                        provocation.method(),
                        provocation.body().isEmpty()
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(provocation.body()));
    }

    /** Announces a body, and sends none. */
    private RawHttp.Answer sendHeadAlone(Provocation provocation) throws Exception {
        var head = new StringBuilder(provocation.method() + " " + provocation.target() + " HTTP/1.1\r\nHost: faas\r\n");
        for (int i = 0; i < provocation.headers().size(); i += 2) {
            head.append(String.join(": ", provocation.headers().subList(i, i + 2)))
                    .append("\r\n");
        }
        try (var raw = RawHttp.connect(system.api(), Duration.ofSeconds(30))) {
            var answer = raw.send(head + "Content-Length: 10\r\n\r\n").answer().orElseThrow();
            var headers = answer.headers().stream().collect(groupingBy(Header::name, mapping(Header::value, toList())));
            scrutiny.answer(
                    request(provocation).build(),
                    answer.status(),
                    HttpHeaders.of(headers, (name, value) -> true),
                    answer.text().getBytes(StandardCharsets.UTF_8));
            return answer;
        }
    }

    /** Access tokens of this system live for ten seconds. */
    private void renew() throws Exception {
        var tokens = Codec.readTree(
                send(Provocation.of(operation("login"), "unavailable", means)).body());
        means = new Means(
                means.activation(),
                tokens.path("access_token").asText(),
                tokens.path("refresh_token").asText(),
                means.expiredToken());
        meansSince = System.nanoTime();
    }
}
