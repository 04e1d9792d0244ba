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

    static Stream<Refusal> refusals() {
        return Stream.of(
                        WireRows.rows(),
                        JsonRows.rows(),
                        FunctionRows.rows(),
                        ImageRows.rows(),
                        ImageRows.types(),
                        ReferenceRows.rows(),
                        ListRows.rows(),
                        ArgumentRows.rows(),
                        MethodRows.rows(),
                        CredentialRows.rows())
                .flatMap(rows -> rows);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void whatIsWrongIsRefusedNamingIt(Refusal refusal) throws IOException {
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

    @Test
    void theTablesAreAsLongAsPromised() {
        assertThat(refusals().map(Refusal::toString).distinct()).hasSizeGreaterThan(150);
    }
}
