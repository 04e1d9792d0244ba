package dev.faas.dispatcher.ended;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.registry.RegistryPg;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ends wait in one table for all owners. */
class EndedStoreTest {
    private static PostgresServer postgres;
    private static Vertx vertx;
    private static Pg pg;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        postgres = TestPostgres.start(directory);
        vertx = Vertx.vertx();
        pg = RegistryPg.open(vertx, postgres, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        await(pg.close());
        await(vertx.close());
        postgres.close();
    }

    private static void run(String sql) {
        await(pg.withPool(pool -> pool.query(sql).execute()));
    }

    @Test
    void givenManyOfOneOwner_whenTaken_thenOwnersShareTheBatchAndAllAreTakenOnce() {
        run("insert into ended (activation_id, owner, status)"
                + " select 'a' || i, 'many', 'failed' from generate_series(1, 99) i");
        run("insert into ended (activation_id, owner, status) values ('b', 'one', 'failed'), ('c', 'other', 'failed')");
        var batches = new ArrayList<List<Ended>>();
        var store = new EndedStore(pg, List.of((tx, ends) -> {
            batches.add(ends);
            return Future.succeededFuture();
        }));

        while (await(store.take(30)) > 0) {
            assertThat(batches.getLast()).hasSizeLessThanOrEqualTo(30);
        }

        assertThat(batches.getFirst().stream().map(Ended::owner).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("many", "one", "other");
        assertThat(batches.getFirst()).hasSize(12);
        assertThat(batches.stream()
                        .flatMap(List::stream)
                        .map(Ended::activationId)
                        .distinct())
                .hasSize(101);
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(101);
    }
}
