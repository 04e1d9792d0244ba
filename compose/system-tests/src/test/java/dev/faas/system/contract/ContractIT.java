package dev.faas.system.contract;

import static dev.faas.system.contract.Provoker.expect;
import static dev.faas.system.contract.Provoker.json;
import static dev.faas.system.contract.Provoker.path;
import static dev.faas.system.contract.Provoker.problem;
import static dev.faas.system.contract.Provoker.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.FaultInjector;
import dev.faas.system.Services;
import dev.faas.system.contract.ApiYaml.Documented;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
 * Provokes each problem that openapi.yaml lists for each operation, at a real system. The rows come from the document, so a new
 * problem without a way to provoke it fails. At the end, one part after another is stopped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ContractIT {
    /** Problems that cannot be provoked from outside, with the reason or the test that covers them. */
    private static final Map<Excused, String> EXCUSED = Map.ofEntries(
            excused("internal", "getBrowserLogin", "no cookie of this test has a login: BrowserLoginTest"),
            excused("internal", "refreshBrowserLogin", "as of a GET"),
            excused("internal", "endBrowserLogin", "as of a GET"),
            excused("internal", "getKeys", "auth-service answers from its memory"),
            excused(
                    "internal",
                    "submitActivation",
                    "what it writes is its own, and what it reads has been read when it was cached"),
            excused("internal", "getHealth", "a constant"),
            excused("internal", "getReadiness", "a dependency that fails in whatever way is one that is down"),
            excused("internal", "getVersion", "a constant"),
            excused("internal", "getOpenApi", "a constant"),
            excused("internal", "getClient", "its file would have to be removed: ClientProgramTest"),
            excused("not_found", "getClient", "this system has a client: ClientProgramTest"),
            excused(
                    "outcome_unknown",
                    "replayActivation",
                    "NATS would have to stop between the reads and the write of one submit"),
            excused(
                    "quota_exceeded",
                    "submitActivation",
                    "it would also reject the other users of this test: BackpressureTest"),
            excused("internal", "getPolicy", "it reads settings only"),
            excused("internal", "getSpawners", "it reads memory only"),
            excused("internal", "getQueues", "it reads memory and NATS only"),
            excused("internal", "getBus", "it reads NATS only"),
            excused("internal", "previewSchedule", "it reads the database's clock only"),
            excused("unavailable", "getOpenApi", "NATS would have to be away for minutes: StaleAccessTest"),
            excused("unavailable", "getClient", "as of the description"),
            excused("registration_closed", "register", "everyone may register here: RegistrationTest"),
            excused("rate_limited", "register", "a private platform has no limit of one address: LoginAdmissionTest"),
            excused("rate_limited", "resetPassword", "as of a registration"),
            excused("rate_limited", "refresh", "as of a registration"),
            excused("rate_limited", "openBrowserLogin", "as of a login"),
            excused("rate_limited", "refreshBrowserLogin", "as of a registration"),
            excused("rate_limited", "endBrowserLogin", "as of a registration"),
            excused("rate_limited", "logout", "as of a registration"),
            excused("rate_limited", "getMethods", "as of a registration"),
            excused("rate_limited", "changePassword", "as of a login: SessionsTest"),
            excused("rate_limited", "deleteMe", "as of a login: SessionsTest"),
            excused("quota_exceeded", "putSecret", "it would take 100 secrets: SecretsTest"),
            excused("quota_exceeded", "createSchedule", "it would take 1,000 schedules: SchedulesTest"),
            excused("quota_exceeded", "updateSchedule", "a registry of its own refuses it: SchedulesTest"),
            excused("quota_exceeded", "replaceSchedule", "as of an update"),
            excused("quota_exceeded", "resumeSchedule", "as of an update"),
            excused("quota_exceeded", "backfillSchedule", "it would take 10,000 ticks that wait: SchedulesTest"),
            excused("quota_exceeded", "createDestination", "it would take 50 destinations: DestinationsTest"),
            excused("quota_exceeded", "createHook", "it would take 100 hooks: HooksTest"),
            excused("quota_exceeded", "createSource", "it would take 20 sources: SourcesTest"),
            excused("quota_exceeded", "publishMessage", "it would take half a gigabyte: SubjectsTest"),
            excused("outcome_unknown", "publishMessage", "as of a replay"),
            excused("internal", "publishMessage", "as of a submit"),
            excused("invalid_signature", "receiveHook", "the hook of this test has no signature: HooksTest"),
            excused("hook_paused", "receiveHook", "the hook of this test is active: HooksTest"),
            excused("function_paused", "receiveHook", "as of a submit: HooksTest"),
            excused("rate_limited", "receiveHook", "it depends on the time: HooksTest"),
            excused("queue_full", "receiveHook", "as of a submit"),
            excused("quota_exceeded", "receiveHook", "as of a submit"),
            excused("outcome_unknown", "receiveHook", "as of a replay: HookRepeatTest"),
            excused("internal", "receiveHook", "as of a submit"),
            excused("quota_exceeded", "submitBatch", "it would take 10 batches: BatchesTest"),
            excused("quota_exceeded", "createJob", "it would take 5 jobs at once: JobsTest"),
            excused("quota_exceeded", "redriveDeadLetters", "as of a job"),
            excused("quota_exceeded", "dismissDeadLetters", "as of a job"),
            excused("internal", "submitBatch", "what fails in the registry is unavailable: BatchTest"),
            excused("internal", "streamBatch", "as of a batch's submit"),
            excused("internal", "streamFeed", "it reads from NATS only"),
            excused("internal", "getLoad", "it reads nothing that is stored"),
            excused("unavailable", "getLoad", "the last table of queues answers for some seconds"),
            excused("quota_exceeded", "createKey", "it would take 50 keys: ApiKeysTest"),
            excused("rate_limited", "login", "it would also reject the other logins of this test: LoginAdmissionTest"),
            excused("quota_exceeded", "replayActivation", "as of a submit"),
            excused("quota_exceeded", "createFunction", "a registry of its own refuses it: RegistryVerticleTest"),
            excused("quota_exceeded", "replaceFunction", "it would need megabytes of functions: QuotasTest"),
            excused("quota_exceeded", "updateFunction", "as of a replacement"),
            excused("quota_exceeded", "rollbackFunction", "as of a replacement"));

    private static Map.Entry<Excused, String> excused(String code, String operation, String why) {
        return Map.entry(new Excused(code, operation), why);
    }

    /** A problem of an operation. HttpServiceTest covers unexpected errors, by throwing inside a handler. */
    private record Excused(String code, String operation) {
        static Excused of(Documented problem) {
            return new Excused(problem.code(), problem.operationId());
        }
    }

    /** These need a changed system, and have their own tests below. */
    private static final List<String> ARRANGED =
            List.of("result_expired", "token_expired", "request_timeout", "outcome_unknown", "internal", "unavailable");

    /** Nobody has the private half. */
    private static final String SEAL_PUBLIC = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VuAyEAzYFIKOKNzqfbrRQo8bSHp+Xq9nZWxcn3GlMNx5blj3g=
            -----END PUBLIC KEY-----
            """;

    private static final Map<String, String> IMPATIENT = Map.of(
            "FAAS_HTTP_REQUEST_TIMEOUT", "2s",
            "FAAS_ACCESS_TOKEN_LIFETIME", "10s",
            "FAAS_EVENTS_RETENTION", "10s",
            "FAAS_PRUNE_PAUSE", "1s",
            "FAAS_RESULTS_RETENTION", "10s",
            "FAAS_LOGS_RETENTION", "10s");

    @TempDir
    static Path directory;

    private Services system;
    private FaultInjector sabotage;
    private Provoker client;

    @BeforeAll
    void start() throws Exception {
        var settings = new HashMap<>(IMPATIENT);
        settings.put("FAAS_SEAL_PUBLIC", SEAL_PUBLIC);
        settings.put(
                "FAAS_CLI_FILE",
                Files.writeString(directory.resolve("faas"), "#!/bin/sh\n").toString());
        system = new Services(directory, settings);
        sabotage = system.createFaultInjector();
        client = Provoker.at(system.api());
        sabotage.runWithLongOutput(client.means().activations().faded());
    }

    @AfterAll
    void stop() throws Exception {
        sabotage.close();
        system.close();
    }

    static List<Documented> whatEveryoneCanProvoke() {
        return problems(
                each -> !ARRANGED.contains(each.code()) && !EXCUSED.containsKey(Excused.of(each)) && !isOfOutput(each));
    }

    /** Needs the output of a run, which expires. */
    private static boolean isOfOutput(Documented problem) {
        return problem.code().equals("range_not_satisfiable")
                || (problem.code().equals("precondition_failed")
                        && List.of("getResult", "getLogs").contains(problem.operationId()));
    }

    @Order(0)
    @Test
    void whatIsAskedOfOutputUnderConditionsThatDoNotHoldIsRefused() throws Exception {
        for (var problem : problems(ContractIT::isOfOutput)) {
            client.provoke(problem);
        }
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("whatEveryoneCanProvoke")
    void aRequestThatProvokesItIsAnsweredWithTheProblem(Documented problem) throws Exception {
        client.provoke(problem);
    }

    @Order(1)
    @Test
    void everyPathHasTheMethodsAndTakesTheTypesThatAreDocumentedAndNoOther() throws Exception {
        var yaml = ApiYaml.load();
        for (var path : yaml.paths().fieldNames()) {
            var methods = new TreeSet<>(yaml.operations(path).keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            methods.add("OPTIONS");

            var answer = client.send("OPTIONS " + path.replaceAll("[{}]", "") + " HTTP/1.1\r\nHost: faas\r\n\r\n");

            assertThat(answer.status()).as(path).isEqualTo(204);
            assertThat(answer.header("Allow")).as(path).contains(String.join(", ", methods));
            for (var method : List.of("POST", "PATCH")) {
                assertThat(answer.header("Accept-" + method))
                        .as(method + " " + path)
                        .isEqualTo(yaml.bodyTypes(path, method));
            }
        }
    }

    @Order(2)
    @Test
    void aTokenThatHasExpiredIsRefusedAsSuch() throws Exception {
        client.provokeEventually(problem("getMe", "token_expired"));

        for (var problem : problems("token_expired")) {
            client.provoke(problem);
        }
    }

    @Order(2)
    @Test
    void whatAnActivationWroteIsGoneWhenItIsKeptNoLonger() throws Exception {
        client.renew();
        for (var problem : problems("result_expired")) {
            client.provokeEventually(problem);
        }
    }

    @Order(3)
    @Test
    void aBodyThatDoesNotArriveInTimeIsNotWaitedFor() throws Exception {
        client.renew();
        var late = problems("request_timeout").stream()
                .map(problem -> (Callable<Integer>) () -> {
                    client.provokeByHeadAlone(problem);
                    return 1;
                })
                .toList();

        try (var all = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : all.invokeAll(late)) {
                assertThat(done.get()).isEqualTo(1);
            }
        }
    }

    @Order(4)
    @Test
    void whileTheBusIsSilentNobodyKnowsWhetherASubmitIsStored() throws Exception {
        client.renew();
        var unknown = problem("submitActivation", "outcome_unknown");
        var answer = sabotage.withBusFrozen(() -> client.provoke(unknown));
        assertThat(json(answer).path("activationId").asText()).hasSize(26);
        client.eventuallyGood("submitActivation", 202);
        // The registry finds the bus again by itself, and may need longer.
        client.eventuallyGood("createFunction", 201);
    }

    /** Auth last, because it issues the tokens. */
    @Order(5)
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "registry, ^/v1/functions(/\\{ref}(/revisions|/rollback|/pause|/resume)?)?$|^/v1/(activations|stats)$|^/v1/(admin/)?projects.*$|^/v1/secrets.*$|^/v1/schedules(?!/preview).*$|^/v1/(hooks|sources|destinations|callback-secret|deliveries|dead-letters|jobs).*$|^/v1/batches(/\\{batch}(/items)?)?$|^/v1/admin/audit/registry.*$",
        "auth, ^/v1/(auth/|admin/(?!projects|policy|spawners|queues|bus|audit/registry)).*$"
    })
    void aFaultOfAServiceIsAnsweredWithNothingButItsRequestsId(String schema, String paths) throws Exception {
        client.renew();
        sabotage.takeTablesFrom(schema);
        try {
            provokeFaults(paths);
        } finally {
            sabotage.giveTablesBackTo(schema);
        }
    }

    @Order(6)
    @Test
    void anActivationThatCannotBeReadIsAFault() throws Exception {
        client.renew();
        sabotage.garble(client.means().activation());
        client.provokeEventually(problem("getActivation", "internal"));
        provokeFaults("^/v1/activations/.*$");
    }

    private void provokeFaults(String paths) throws Exception {
        for (var problem : problems("internal")) {
            if (path(problem).matches(paths) && !EXCUSED.containsKey(Excused.of(problem))) {
                expect(problem, client.ask(problem));
            }
        }
    }

    /** Auth last, because it issues the tokens. */
    @Order(7)
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "registry-service, ^/v1/functions(/\\{ref}(/revisions|/rollback|/pause|/resume)?)?$|^/v1/(activations|stats)$|^/v1/(admin/)?projects.*$|^/v1/secrets.*$|^/v1/schedules.*$|^/v1/(hooks|sources|destinations|callback-secret|deliveries|dead-letters|jobs|batches).*$|^/v1/functions/\\{ref}/batches$|^/v1/admin/(policy|spawners|queues|bus|audit/registry.*)$",
        "nats, ^/v1/functions/\\{ref}/activations$|^/v1/activations/.*$|^/v1/events$|^/hooks/.*$|^/v1/subjects/.*$",
        "auth-service, ^/v1/(auth/|admin/(?!projects|policy|spawners|queues|bus|audit/registry)).*$|^/.well-known/.*$"
    })
    void whoNeedsAPartThatIsAwayIsToldWhichAndWhenToComeBack(String part, String paths) throws Exception {
        client.renew();
        system.stop(part);

        for (var problem : problems("unavailable")) {
            if (path(problem).matches(paths)) {
                var answer = client.provoke(problem);
                assertThat(json(answer).path("dependency").asText())
                        .as(problem.toString())
                        .isEqualTo(part);
            }
        }
    }

    @Order(8)
    @Test
    void everyDocumentedProblemHasBeenProvokedOrIsExcusedWithAReason() {
        var missed = problems(problem -> !client.provoked().contains(problem));

        assertThat(missed).map(Excused::of).containsExactlyInAnyOrderElementsOf(EXCUSED.keySet());
        assertThat(client.provoked()).hasSizeGreaterThan(250);
    }
}
