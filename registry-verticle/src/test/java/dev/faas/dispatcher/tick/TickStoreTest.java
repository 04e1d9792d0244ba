package dev.faas.dispatcher.tick;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.audit.AuditStore;
import dev.faas.dispatcher.ended.Ended;
import dev.faas.dispatcher.tick.TickStore.Decided;
import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.registry.RegistryPg;
import dev.faas.schedule.TickOutcome;
import dev.faas.testing.Await;
import dev.faas.testing.TestPostgres;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TickStoreTest {
    private static final Pattern BLOCKS = Pattern.compile("Buffers: shared hit=(\\d+)");
    private static final String SPEC = """
            {"v": 1, "name": "x", "when": {"cron": "* * * * *", "zone": "UTC", "dst": "ONCE"},
             "rules": {"overlap": "SKIP", "catchupWindowSeconds": 600, "jitterSeconds": 0, "pauseOnFailure": false},
             "submit": {"argument": "", "tags": {}}}""";

    private static PostgresServer postgres;
    private static Vertx vertx;
    private static Pg pg;
    private static TickStore store;
    private static TickLeaseStore leases;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        postgres = TestPostgres.start(directory);
        vertx = Vertx.vertx();
        pg = RegistryPg.open(vertx, postgres, 4);
        store = new TickStore(pg);
        leases = new TickLeaseStore(pg);
    }

    @AfterAll
    static void stop() throws Exception {
        await(pg.close());
        await(vertx.close());
        postgres.close();
    }

    @BeforeEach
    void empty() {
        run("truncate schedule, tick");
    }

    private static RowSet<Row> run(String sql) {
        return await(pg.withPool(pool -> pool.query(sql).execute()));
    }

    /** @param due SQL of the number i of the schedule */
    private static void add(String owner, int count, String due) {
        run("""
                insert into schedule (id, owner, name, function_id, version, spec, state, note, created_at, updated_at,
                    next_at, due_at)
                select 'sch_' || %1$s || lpad(i::text, 6, '0'), %1$s, 's' || i, 'fn', 1, convert_to('%2$s', 'UTF8'),
                    'active', '', now(), now(), %3$s, %3$s from generate_series(1, %4$d) i""".formatted(owner, SPEC, due, count));
    }

    private static Future<Decided> nothing() {
        return Future.succeededFuture(new Decided(new Budget.Spent(List.of(), Set.of()), Set.of()));
    }

    private static Decided decided(List<DueSchedule> schedules, Map<String, List<TickRow>> alive, Instant now) {
        return new Decided(
                Budget.spend(schedules, schedule -> Decision.of(schedule, alive.get(schedule.id()), now)), Set.of());
    }

    /** The statistics are of a moment when nothing was due, as they mostly are. */
    @Test
    void givenManyOwners_whenSomeAreDue_thenAnOwnerReadsItsOwnSchedulesOnly() {
        int owners = 5_000;
        add("'usr_' || lpad(i::text, 6, '0')", owners, "now() + interval '1 hour'");
        run("analyze schedule");
        run("update schedule set due_at = now() - interval '1 second' where owner <= 'usr_002000'");

        var plan = new StringBuilder();
        await(pg.withPool(pool -> pool.preparedQuery("explain (analyze, buffers) " + TickStore.CLAIM_DUE)
                        .execute(Tuple.of("", 64, 10_000))))
                .forEach(row -> plan.append(row.getString(0)).append('\n'));

        var blocks = BLOCKS.matcher(plan);
        assertThat(blocks.find()).isTrue();
        assertThat(Integer.parseInt(blocks.group(1))).as(plan.toString()).isLessThan(40 * owners);
    }

    /** Each of these knows what it was that took too long. */
    @Test
    void givenATurnWhoseQuestionsTakeTooLong_whenItFails_thenTheFailureSaysSo() {
        add("'usr_a'", 1, "now()");
        var slow = new SlowBusException("slow");

        assertThat(failure(store.decideDue("", 64, 10, (schedules, alive, now) -> Future.failedFuture(slow))))
                .isSameAs(slow);
    }

    /** What waits for a cancelled activation stays as it is until that has ended. */
    @Test
    void givenManyUndecidedTicksOfOneOwner_whenATurnIsTaken_thenOthersHaveTheirs() {
        add("'usr_a'", 30, "null");
        add("'usr_b'", 1, "null");
        run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, alive, overlap)
                select id, now(), 'manual', owner, 'buffered', now(), true, 'cancelOther' from schedule""");
        var found = new ArrayList<String>();

        await(store.decideBuffered(false, "", 10, (schedules, alive, now) -> {
            schedules.forEach(each -> found.add(each.owner()));
            return nothing();
        }));

        assertThat(found).hasSize(10).contains("usr_b");
    }

    /** @param values SQL: outcome, reason, activation_id and leased_until */
    private static void addTick(String values) {
        run("insert into tick (schedule_id, nominal, kind, owner, due_at, alive, outcome, reason, activation_id,"
                + " leased_until) select id, now() - interval '1 minute', 'schedule', owner, now(), true, " + values
                + " from schedule");
    }

    private static String tick(String column) {
        return run("select " + column + "::text from tick").iterator().next().getString(0);
    }

    @Test
    void givenAWaitingTick_whenItIsTakenUp_thenItsSubmitIsOnItsWay() {
        add("'usr_a'", 1, "null");
        addTick("'waiting', 'queue_full', 'a', now()");

        assertThat(await(leases.takeLeased("", 64, 10))).hasSize(1);

        assertThat(tick("outcome")).isEqualTo("claimed");
    }

    /** A thousand times were missed by each: more than one turn may decide. */
    @Test
    void givenManyBacklogs_whenTurnsAreTaken_thenEachDoesSome_andTheNextOwnerIsTheNextOne() {
        add("'usr_' || i", 9, "now() - interval '14 hours'");
        run("update schedule set spec = convert_to(replace(convert_from(spec, 'UTF8'), '* * * * *',"
                + " '*/5 * * * * *'), 'UTF8')");

        var turn = await(store.decideDue(
                "", 64, 500, (schedules, alive, now) -> Future.succeededFuture(decided(schedules, alive, now))));

        assertThat(turn.schedules()).isEqualTo(9);
        assertThat(turn.isCut()).isTrue();
        assertThat(turn.decisions()).hasSize(2);
        assertThat(turn.last().orElseThrow().owner()).isEqualTo("usr_2");
        // What is left is due as before.
        assertThat(run("select from schedule where due_at < now() - interval '13 hours'")
                        .size())
                .isEqualTo(7);
    }

    /** Another dispatcher has submitted it since it was read. */
    @Test
    void givenAWaitingTickThatFires_whenANewerOneReplacesIt_thenNothingIsDecided() {
        add("'usr_a'", 1, "date_trunc('minute', now())");
        run(
                "update schedule set spec = convert_to(replace(convert_from(spec, 'UTF8'), 'SKIP', 'CANCEL_OTHER'), 'UTF8')");
        addTick("'waiting', 'queue_full', 'a', now() + interval '1 minute'");

        var failure = failure(store.decideDue(
                "",
                64,
                10,
                (schedules, alive, now) -> pg.withPool(pool -> pool.query(
                                        "update tick set outcome = 'fired', reason = null, leased_until = null")
                                .execute())
                        .map(fired -> decided(schedules, alive, now))));

        assertThat(failure).isInstanceOf(ConcurrentChangeException.class);
        assertThat(tick("string_agg(outcome || ' ' || activation_id, ',')")).isEqualTo("fired a");
    }

    private static Future<Void> handle(String status) {
        var end = new Ended(
                "a",
                "usr_a",
                new Ended.Function("fn", "f"),
                status,
                new JsonObject(),
                List.of(),
                run("select id from schedule").iterator().next().getString(0));
        return pg.inTransaction(tx -> new TickEndStore(new AuditStore(pg, "registry", false)).handle(tx, List.of(end)));
    }

    /** The activation ends before the dispatcher that submitted it has settled the tick. */
    @ParameterizedTest
    @ValueSource(strings = {"claimed", "waiting", "fired"})
    void givenATick_whenTheEndOfItsActivationIsNoted_thenItIsNotAlive(String outcome) {
        add("'usr_a'", 1, "null");
        addTick("'" + outcome + "', null, 'a', null");

        await(handle("succeeded"));

        assertThat(tick("alive")).isEqualTo("false");
    }

    /** The other one has the schedule, and wants its tick. */
    @Test
    void givenADecisionAboutAScheduleWhoseActivationFailed_whenTheEndIsTaken_thenNeitherIsEnded() throws Exception {
        add("'usr_a'", 1, "now()");
        addTick("'fired', null, 'a', null");
        var handled = whileLocked(() -> handle("failed"), "update tick set alive = false");

        await(handled);
        assertThat(tick("alive")).isEqualTo("false");
    }

    /** Another transaction has the schedule, and then wants its tick. */
    private static <T> T whileLocked(Supplier<T> begin, String then) throws Exception {
        try (var other = DriverManager.getConnection(
                        "jdbc:" + postgres.url().replace("postgres:", "postgresql:"),
                        postgres.user(),
                        postgres.password());
                var statement = other.createStatement()) {
            other.setSchema("registry");
            other.setAutoCommit(false);
            statement.execute("select from schedule for update");
            var begun = begin.get();
            Await.eventually(() -> run("select count(*) from pg_locks where not granted")
                            .iterator()
                            .next()
                            .getLong(0)
                    > 0);
            statement.execute(then);
            other.commit();
            return begun;
        }
    }

    /** A decision locks the schedule and then its ticks. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givenAScheduleThatIsDecided_whenATickIsSettled_thenItsScheduleIsLockedFirst(boolean fires) throws Exception {
        add("'usr_a'", 1, "null");
        run("update schedule set remaining = 1");
        addTick("'claimed', null, 'a', now()");
        var tick = await(leases.takeLeased("", 5, 10)).getFirst();

        var settled = whileLocked(
                () -> fires
                        ? leases.markFired(List.of(tick))
                        : leases.giveUp(
                                tick.as(TickOutcome.MISSED, "late", null), Objects.requireNonNull(tick.lease()), null),
                "select from tick for update nowait");

        await(settled);
        assertThat(tick("outcome")).isEqualTo(fires ? "fired" : "missed");
    }

    @Test
    void givenManyTicksOfOneOwner_whenTheyAreTakenUp_thenOthersHaveTheirs() {
        add("'usr_a'", 30, "null");
        add("'usr_b'", 1, "null");
        addTick("'waiting', 'queue_full', id, now()");

        assertThat(await(leases.takeLeased("", 5, 10)).stream().map(TickRow::owner))
                .hasSize(6)
                .contains("usr_b");
        assertThat(await(leases.takeLeased("usr_a", 5, 10))).isEmpty();
    }

    /** A release may be hours after the time, and a crash may follow it. */
    @Test
    void givenABufferedTick_whenItIsReleased_thenItsWindowBegins() {
        add("'usr_a'", 1, "null");
        addTick("'buffered', null, null, null");
        run("update tick set due_at = now() - interval '5 hours'");

        var turn = await(store.decideBuffered(
                true, "", 10, (schedules, alive, now) -> Future.succeededFuture(decided(schedules, alive, now))));

        assertThat(turn.claimed()).hasSize(1);
        assertThat(turn.claimed().getFirst().due()).isAfter(Instant.now().minusSeconds(60));
    }

    @Test
    void givenManyAliveTicks_whenATurnIsTaken_thenOnlySomeAreRead_andNoneThatRunsIsOverlooked() {
        add("'usr_a'", 1, "now()");
        run("""
                insert into tick (schedule_id, nominal, kind, owner, outcome, due_at, alive)
                select id, now() - i * interval '1 minute', 'backfill', owner,
                    case when i = 1 then 'fired' else 'buffered' end, now(), true
                from schedule, generate_series(1, 5000) i""");
        var read = new ArrayList<TickRow>();

        await(store.decideDue("", 64, 10, (schedules, alive, now) -> {
            alive.values().forEach(read::addAll);
            return nothing();
        }));

        assertThat(read).hasSizeBetween(1_001, 2_500);
        assertThat(read.stream().map(TickRow::outcome)).contains(TickOutcome.FIRED);
    }
}
