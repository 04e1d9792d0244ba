package dev.faas.pg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.Env;
import dev.faas.config.Secret;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.local.PostgresServer;
import dev.faas.local.ReservedPort;
import dev.faas.testing.Await;
import dev.faas.testing.FaultyLink;
import dev.faas.testing.TestPostgres;
import dev.faas.wire.ProblemException;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.internal.command.CloseConnectionCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgTest {
    private static Vertx vertx;

    @TempDir
    static Path folder;

    private static PostgresServer postgres;

    @BeforeAll
    static void start() throws IOException {
        vertx = Vertx.vertx();
        postgres = TestPostgres.start(folder.resolve("pg"));
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
        await(vertx.close());
    }

    @Test
    void whenOpenedThenTheSchemaIsMigratedAndIsTheSearchPath() throws Exception {
        var pg = Pg.open(vertx, config("things", postgres.password()));

        var name = await(pg.withPool(pool -> pool.preparedQuery("SELECT name FROM thing WHERE id = $1")
                .execute(Tuple.of(1))
                .map(rows -> rows.iterator().next().getString(0))));

        assertThat(name).isEqualTo("first");
        await(pg.ping());
        await(pg.close());
    }

    @Test
    void whenOpenedBySeveralAtOnceThenAllOfThemFindItMigrated() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var opening = IntStream.range(0, 3)
                    .mapToObj(i -> threads.submit(() -> Pg.open(vertx, config("things", postgres.password()))))
                    .toList();
            for (var pg : opening) {
                await(pg.get(30, TimeUnit.SECONDS).close());
            }
        }
    }

    @Test
    void whenATransactionFailsThenItIsRolledBack() throws Exception {
        var pg = Pg.open(vertx, config("things", postgres.password()));

        var failed = pg.inTransaction(on -> on.query("INSERT INTO thing VALUES (7, 'x')")
                .execute()
                .compose(rows -> Future.failedFuture(new IllegalStateException("no"))));

        assertThatThrownBy(() -> await(failed)).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(await(pg.withPool(pool ->
                                pool.query("SELECT 1 FROM thing WHERE id = 7").execute()))
                        .size())
                .isZero();
        assertThat(await(pg.inTransaction(
                                on -> on.query("DELETE FROM thing WHERE id = 7").execute()))
                        .rowCount())
                .isZero();
        await(pg.close());
    }

    @Test
    void whenAStatementIsWrongThenTheFailureIsItsOwn() throws Exception {
        var pg = Pg.open(vertx, config("things", postgres.password()));

        assertThatThrownBy(() ->
                        await(pg.withPool(pool -> pool.query("SELECT nonsense").execute())))
                .hasCauseInstanceOf(PgException.class);
        await(pg.close());
    }

    @Test
    void whenThePasswordIsWrongThenTheMessageSaysSoAtOnce() {
        var began = System.nanoTime();

        assertThatThrownBy(() -> Pg.open(vertx, config("things", "wrong")))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining(
                        "postgres at 127.0.0.1:" + postgres.port() + " rejected user '" + postgres.user() + "'")
                .hasMessageContaining("password authentication failed")
                .hasMessageContaining("FAAS_PG_PASSWORD")
                .message()
                .doesNotContain("wrong");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void whenThereIsNoSuchDatabaseThenTheMessageSaysSo() {
        var elsewhere = new PgConfig(
                URI.create(postgres.url() + "x"),
                postgres.user(),
                new Secret(postgres.password()),
                "things",
                2,
                Duration.ofSeconds(10));

        assertThatThrownBy(() -> Pg.open(vertx, elsewhere))
                .isInstanceOf(DependencyMissing.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void whenNothingListensThenTheMessageSaysWhatToDo() throws Exception {
        var port = ReservedPort.free();
        var config = new PgConfig(
                URI.create("postgres://127.0.0.1:" + port + "/faas"),
                "faas",
                new Secret(""),
                "things",
                2,
                Duration.ofSeconds(1));

        assertThatThrownBy(() -> Pg.open(vertx, config))
                .isInstanceOf(DependencyMissing.class)
                .hasMessage("postgres at 127.0.0.1:" + port
                        + " did not answer within 1 s: connection refused. Start it, or set FAAS_PG_URL.");
    }

    @Test
    void whenSomethingElseListensThenTheWaitIsBoundedAllTheSame() throws Exception {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var config = new PgConfig(
                    URI.create("postgres://127.0.0.1:" + silent.getLocalPort() + "/faas"),
                    "faas",
                    new Secret(""),
                    "things",
                    2,
                    Duration.ofSeconds(1));

            assertThatThrownBy(() -> Pg.open(vertx, config))
                    .isInstanceOf(DependencyMissing.class)
                    .hasMessageContaining("did not answer within 1 s");
        }
    }

    @Test
    void whenAMigrationIsWrongThenTheOpeningFails() {
        assertThatThrownBy(() -> Pg.open(vertx, config("broken", postgres.password())))
                .isNotInstanceOf(DependencyMissing.class)
                .hasMessageContaining("V1__broken.sql");
    }

    @Test
    void whenThereAreNoMigrationsThenTheOpeningFails() {
        assertThatThrownBy(() -> Pg.open(vertx, config("nowhere", postgres.password())))
                .hasMessageContaining("db/nowhere");
    }

    @Test
    void whenPostgresGoesAwayThenTheFailureIsA503() throws Exception {
        try (var own = TestPostgres.start(folder.resolve("own"))) {
            var pg = Pg.open(
                    vertx,
                    new PgConfig(
                            URI.create(own.url()),
                            own.user(),
                            new Secret(own.password()),
                            "things",
                            2,
                            Duration.ofSeconds(10)));
            own.kill();

            for (var time = 0; time < 3; time++) {
                assertThatThrownBy(() -> await(pg.withPool(
                                pool -> pool.query("SELECT 1").execute().mapEmpty())))
                        .cause()
                        .isInstanceOfSatisfying(ProblemException.class, e -> {
                            assertThat(e.problem().status()).isEqualTo(503);
                            assertThat(e.problem().code()).isEqualTo("unavailable");
                            assertThat(e.problem().extensions()).containsEntry("dependency", "postgres");
                            assertThat(e.problem().retryAfterSeconds()).isPresent();
                        });
            }
            assertThat(pg.ping().toCompletionStage().toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
            await(pg.close());
        }
    }

    @Tag("slow")
    @Test
    void whenTheNetworkLosesAllConnectionsThenQueriesEndWithinSecondsAndNewConnectionsServe() throws Exception {
        try (var link = FaultyLink.to(URI.create(postgres.url()).getPort())) {
            var url = postgres.url().replaceFirst(":[0-9]+/", ":" + link.port() + "/");
            var pg = Pg.open(
                    vertx,
                    new PgConfig(
                            URI.create(url),
                            postgres.user(),
                            new Secret(postgres.password()),
                            "things",
                            8,
                            Duration.ofSeconds(10)));
            openAll(pg, 8);
            link.lose();

            var ends = Future.all(queries(pg, 20, "SELECT 1").stream()
                            .map(query -> query.map("answered")
                                    .otherwise(failure -> ((ProblemException) failure)
                                            .problem()
                                            .code()))
                            .toList())
                    .map(CompositeFuture::<String>list);

            assertThat(ends.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS))
                    .hasSize(20)
                    .containsOnly("unavailable");
            // A last one of the lost connections may still be closing.
            Await.until(
                    "new connections serve",
                    Duration.ofSeconds(10),
                    () -> await(
                            Future.all(queries(pg, 20, "SELECT 1")).map(true).otherwise(false)));
            await(pg.close());
        }
    }

    /** Holds them all at once, so that none is still being opened afterwards. */
    private static void openAll(Pg pg, int count) {
        var connections = IntStream.range(0, count)
                .mapToObj(i -> pg.pool().getConnection())
                .toList();
        await(Future.all(connections));
        await(Future.all(connections.stream().map(c -> c.result().close()).toList()));
    }

    private static List<Future<?>> queries(Pg pg, int count, String sql) {
        return IntStream.range(0, count)
                .<Future<?>>mapToObj(
                        i -> pg.withPool(pool -> pool.query(sql).execute().mapEmpty()))
                .toList();
    }

    @Test
    void whenNoStatementRunsThenASilentConnectionIsKept() {
        var channel = new EmbeddedChannel();
        channel.pipeline().addLast("codec", new ChannelDuplexHandler()).addLast(new AnswerLimit(PgConfig.ANSWER_LIMIT));
        channel.freezeTime();
        channel.advanceTimeBy(1, TimeUnit.HOURS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.writeOutbound(CloseConnectionCommand.INSTANCE);
        channel.advanceTimeBy(PgConfig.ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whenAStatementIsSentAsTheLimitOfASilentConnectionIsReached_thenItHasItsFullTime() {
        var channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast("codec", new ChannelDuplexHandler()).addLast(new AnswerLimit(PgConfig.ANSWER_LIMIT));
        channel.advanceTimeBy(PgConfig.ANSWER_LIMIT.toMillis() - 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        var sent = channel.writeOneOutbound(CloseConnectionCommand.INSTANCE);

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.flushOutbound();
        assertThat(sent.isSuccess()).isTrue();
        channel.advanceTimeBy(PgConfig.ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://h:1/faas",
                "postgres://h:1",
                "postgres://h:1/",
                "postgres://u:secret@h:1/faas",
                "postgres://h:1/faas?sslmode=require"
            })
    void whenTheUrlIsOfAnotherFormThenItIsRefusedWithoutBeingRepeated(String url) {
        var env = Env.of(Map.of("FAAS_PG_URL", url, "FAAS_PG_POOL_SIZE", "none"));
        PgConfig.from(env, "things");

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_PG_POOL_SIZE")
                .hasMessageContaining("FAAS_PG_URL must be postgres://host:port/database")
                .message()
                .doesNotContain("secret");
    }

    private static PgConfig config(String schema, String password) {
        return new PgConfig(
                URI.create(postgres.url()), postgres.user(), new Secret(password), schema, 4, Duration.ofSeconds(10));
    }

    private static <T> T await(Future<T> future) throws CompletionException {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
