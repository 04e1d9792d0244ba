package dev.faas.dispatcher;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.registry.RegistryPg;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelayedStoreTest {
    private static PostgresServer postgres;
    private static Vertx vertx;
    private static Pg pg;
    private static DelayedStore store;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        postgres = TestPostgres.start(directory);
        vertx = Vertx.vertx();
        pg = RegistryPg.open(vertx, postgres, 4);
        store = new DelayedStore(pg);
    }

    @AfterAll
    static void stop() throws Exception {
        await(pg.close());
        await(vertx.close());
        postgres.close();
    }

    @BeforeEach
    void empty() {
        run("delete from delayed");
    }

    private static void run(String sql) {
        await(pg.withPool(pool -> pool.query(sql).execute()));
    }

    /** @param seconds from now */
    private static void add(String owner, int first, int last, int seconds) {
        run("insert into delayed select '%1$s' || i, '%1$s', 'fn', now() + make_interval(secs => %4$d + i * 0.001)"
                        .formatted(owner, first, last, seconds)
                + " from generate_series(%d, %d) i".formatted(first, last));
    }

    private static List<String> take(String after) {
        return ids(await(store.takeDue(after, 2, 5, due -> Future.succeededFuture())));
    }

    private static List<String> ids(List<ActivationCommand> due) {
        return due.stream().map(ActivationCommand::id).toList();
    }

    @Test
    void givenManyOfOneOwner_whenTaken_thenOwnersTakeTurnsAndNoneIsTakenTwice() {
        add("a", 1, 5, -60);
        add("b", 1, 3, -50);
        add("c", 1, 1, -40);

        assertThat(take("")).containsExactly("a1", "a2", "b1", "b2", "c1");
        assertThat(take("a")).containsExactly("b3");
        assertThat(take("")).containsExactly("a3", "a4");
        assertThat(take("")).containsExactly("a5");
        assertThat(take("")).isEmpty();
    }

    @Test
    void givenSomeThatAreNotDue_whenTaken_thenTheyStay() {
        add("a", 1, 2, 3600);
        add("b", 1, 1, -1);

        assertThat(take("")).containsExactly("b1");
        assertThat(await(store.count()).byOwner()).containsOnlyKeys("a").containsEntry("a", 2L);
        assertThat(await(store.untilFirst()).orElseThrow()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
    }

    @Test
    void givenOneDispatcherHasClaimedSome_whenAnotherTakes_thenItGetsTheOthersAtOnce() {
        add("a", 1, 4, -60);
        var others = new ArrayList<String>();

        var first = await(store.takeDue(
                "",
                2,
                5,
                due -> store.takeDue("", 2, 5, more -> Future.succeededFuture()).<Void>map(found -> {
                    others.addAll(ids(found));
                    return null;
                })));

        assertThat(ids(first)).containsExactly("a1", "a2");
        assertThat(others).containsExactly("a3", "a4");
    }

    @Test
    void givenTheirCommandsCannotBePut_whenTaken_thenTheyAreTakenAgainLater() {
        add("a", 1, 1, -60);
        var away = new IllegalStateException("away");

        assertThat(failure(store.takeDue("", 2, 5, due -> Future.failedFuture(away))))
                .isSameAs(away);

        assertThat(take("")).containsExactly("a1");
    }
}
