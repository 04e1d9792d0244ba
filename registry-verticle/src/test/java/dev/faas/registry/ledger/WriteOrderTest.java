package dev.faas.registry.ledger;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.registry.RegistryPg;
import dev.faas.registry.Story;
import dev.faas.testing.TestPostgres;
import dev.faas.wire.FunctionSpec;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two registries write the same rows at the same time, and receive them in opposite orders. */
class WriteOrderTest {
    private static final int PAIRS = 30;
    private static final int ROWS = 200;

    @TempDir
    static Path directory;

    private static PostgresServer postgres;
    private static Vertx vertx;
    private static Pg one;
    private static Pg other;

    @BeforeAll
    static void start() throws Exception {
        postgres = TestPostgres.start(directory);
        vertx = Vertx.vertx();
        one = RegistryPg.open(vertx, postgres, 1);
        other = RegistryPg.open(vertx, postgres, 1);
    }

    @AfterAll
    static void stop() throws Exception {
        await(one.close());
        await(other.close());
        await(vertx.close());
        postgres.close();
    }

    @Test
    void whenStatesAreWrittenThenThereIsNoDeadlock() {
        var failures = new ArrayList<Throwable>();
        for (int pair = 0; pair < PAIRS; pair++) {
            var rows = Stream.generate(WriteOrderTest::accepted).limit(ROWS).toList();
            for (var written :
                    List.of(new LedgerStore(one).write(rows), new LedgerStore(other).write(rows.reversed()))) {
                await(written.otherwise(failure -> {
                    failures.add(failure);
                    return null;
                }));
            }
        }

        assertThat(failures).isEmpty();
    }

    private static LedgerEntry accepted() {
        var activation = Story.activation("usr_of_the_test", "fn_of_the_test", "worked", Instant.now(), Map.of());
        var runSpec = new RunSpec(FunctionSpec.of("worked", "image:1"), "");
        return new LedgerEntry(
                ActivationRecord.accept(activation, runSpec).withoutRunSpec(),
                1,
                new PayloadCopy.Inline(Buffer.buffer("{}")),
                PayloadCopy.NONE,
                false,
                PayloadCopy.NONE);
    }
}
