package dev.faas.system.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sends malformed and hostile requests, in tables by topic, to a running platform. Each gets the documented problem within
 * 5 s, none reveals anything internal, and afterwards the platform works as before ({@link Documented}).
 */
@ExtendWith(WholeSystem.class)
class HostileRequestsIT {
    private static Scenario scene;

    @BeforeAll
    static void someoneHasAFunction(WholeSystem.Running system) throws Exception {
        scene = Scenario.of(system);
    }

    @AfterAll
    static void nothingIsHurt() throws Exception {
        scene.isUnhurt();
    }

    static Stream<Refusal> wire() {
        return WireRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wire")
    void whatIsNoProperHttpIsRefused(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    /** All at the same time, because each lasts until the platform's time limit. */
    @Test
    void whatNeverGetsWholeIsGivenUp() throws Exception {
        var rows = WireRows.unfinished().toList();
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = new LinkedHashMap<Refusal, Future<?>>();
            for (var row : rows) {
                sent.put(row, pool.submit(() -> {
                    Documented.isRefused(row, scene);
                    return row;
                }));
            }
            for (var row : rows) {
                assertThat(sent.get(row)).as(row.toString()).succeedsWithin(Duration.ofSeconds(10));
            }
        }
    }

    static Stream<Refusal> json() {
        return JsonRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("json")
    void whatIsNoProperJsonIsRefused(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> functions() {
        return FunctionRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void aFunctionWithSomethingWrongIsRefusedNamingIt(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> images() {
        return Stream.concat(ImageRows.rows(), ImageRows.types());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void whatIsNoImageReferenceIsRefused(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> references() {
        return ReferenceRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("references")
    void whatNamesNothingIsNotFound(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> lists() {
        return ListRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lists")
    void aQuestionThatMakesNoSenseIsRefusedNamingWhatIsWrong(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> arguments() {
        return ArgumentRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("arguments")
    void anArgumentOrAnAccountThatCannotBeIsRefused(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> methods() {
        return MethodRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void aMethodOrATypeThatIsNotThereIsRefusedNamingWhatIs(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    static Stream<Refusal> credentials() {
        return CredentialRows.rows();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("credentials")
    void credentialsThatAreNoneAreRefused(Refusal refusal) throws IOException {
        Documented.isRefused(refusal, scene);
    }

    @Test
    void theTablesAreAsLongAsPromised() {
        var tables = Stream.of(
                wire(), json(), functions(), images(), references(), lists(), arguments(), methods(), credentials());

        assertThat(tables.flatMap(rows -> rows)
                        .map(Refusal::toString)
                        .distinct()
                        .count())
                .isGreaterThan(150);
    }
}
