package dev.faas.registry;

import static dev.faas.testing.Await.await;
import static dev.faas.testing.Await.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.faas.activation.Activation;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Reason;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.activation.Status;
import dev.faas.audit.AuditStore;
import dev.faas.audit.Origin;
import dev.faas.ledger.LedgerFilter;
import dev.faas.local.PostgresServer;
import dev.faas.pg.Pg;
import dev.faas.quota.Quota;
import dev.faas.registry.function.FunctionAudit;
import dev.faas.registry.function.FunctionStore;
import dev.faas.registry.function.OutboxStore;
import dev.faas.registry.ledger.LedgerEntry;
import dev.faas.registry.ledger.LedgerReadStore;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PartitionStore;
import dev.faas.registry.ledger.PayloadCopy;
import dev.faas.registry.ledger.RetentionStore;
import dev.faas.registry.maintenance.IdleFunctionStore;
import dev.faas.registry.maintenance.RepairStore;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.testing.TestPostgres;
import dev.faas.wire.ApiTime;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stores on a real Postgres. */
class StoresTest {
    private static final FunctionAudit BY = new FunctionAudit(Origin.platform(), "function.test");
    private static final FunctionStore.QuotaCheck UNLIMITED = (after, growth) -> Quota.unlimited();

    @TempDir
    static Path directory;

    private static PostgresServer postgres;
    private static Vertx vertx;
    private static Pg pg;
    /** One connection: what it has done can be counted. */
    private static Pg single;

    private static LedgerStore ledger;
    private static LedgerReadStore reader;

    private final String owner = Ids.user(Instant.now());

    @BeforeAll
    static void start() throws Exception {
        postgres = TestPostgres.start(directory);
        vertx = Vertx.vertx();
        pg = RegistryPg.open(vertx, postgres, 4);
        single = RegistryPg.open(vertx, postgres, 1);
        ledger = new LedgerStore(pg);
        reader = new LedgerReadStore(pg);
    }

    @AfterAll
    static void stop() throws Exception {
        await(pg.close());
        await(single.close());
        await(vertx.close());
        postgres.close();
    }

    @Test
    void givenALaterStateWhenAnEarlierOneIsWrittenThenOnlyItsArgumentIsAdded() {
        var queued = accepted(Instant.now());
        var running = queued.claim(Story.WORKER, "run-1", Instant.now());
        var order = new PayloadCopy.Inline(Buffer.buffer("{}"));

        await(ledger.write(List.of(line(ended(running), 30, new PayloadCopy.Inline(Buffer.buffer("kept"))))));
        await(ledger.write(List.of(line(running, 20, PayloadCopy.NONE))));
        await(ledger.write(List.of(new LedgerEntry(queued, 10, order, PayloadCopy.NONE, false, PayloadCopy.NONE))));

        var line = await(reader.find(owner, queued.id(), Instant.EPOCH)).orElseThrow();
        assertThat(line.sequence()).isEqualTo(30);
        assertThat(line.record().currentStatus()).isEqualTo(Status.SUCCEEDED);
        assertThat(line.result()).isEqualTo(new PayloadCopy.Inline(Buffer.buffer("kept")));
        var argument =
                await(pg.withPool(pool -> pool.query("select argument from activation where id = '" + queued.id() + "'")
                        .execute()
                        .map(rows -> rows.iterator().next().getBuffer("argument"))));
        assertThat(argument).isEqualTo(Buffer.buffer("{}"));
    }

    @Test
    void givenABatchWhenSomeAreOldThenTheOthersAreWritten() {
        var first = accepted(Instant.now());
        var second = accepted(Instant.now());
        await(ledger.write(List.of(line(first.claim(Story.WORKER, "run-1", Instant.now()), 5, PayloadCopy.NONE))));

        await(ledger.write(List.of(line(first, 4, PayloadCopy.NONE), line(second, 6, PayloadCopy.NONE))));

        assertThat(await(ledger.findSequences(List.of(first.id(), second.id(), Ids.activation(Instant.now())))))
                .isEqualTo(Map.of(first.id(), 5L, second.id(), 6L));
    }

    @Test
    void givenOverdueActivationsWhenPagedThenEachComesOnceInTheOrderOfItsDeadline() {
        var repairs = new RepairStore(pg);
        var now = Instant.now();
        var all = Stream.iterate(1, n -> n + 1)
                .limit(5)
                .map(n -> accepted(now.minus(Duration.ofDays(30 - n % 3))))
                .toList();
        await(ledger.write(
                all.stream().map(each -> line(each, 7, PayloadCopy.NONE)).toList()));
        var ids = all.stream().map(ActivationRecord::id).collect(Collectors.toSet());

        var seen = new ArrayList<RepairStore.Overdue>();
        var page = await(repairs.findOverdue(now, RepairStore.Deadline.FIRST, 2));
        while (!page.isEmpty()) {
            seen.addAll(page);
            page = await(repairs.findOverdue(now, page.getLast().deadline(), 2));
        }

        assertThat(seen).extracting(each -> each.deadline().at()).isSorted();
        assertThat(seen.stream().map(each -> each.state().record().id()).filter(ids::contains))
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void givenVeryManyRowsOfOneOwnerAndOneStatusWhenOthersAreListedThenIndexesAreUsed() throws Exception {
        var day = LocalDate.of(2031, 5, 5);
        await(new PartitionStore(pg).ensure(day.atStartOfDay(ZoneOffset.UTC).toInstant()));
        var first = Ids.lowestAt(day.atStartOfDay(ZoneOffset.UTC).toInstant());
        run("insert into activation (id, owner, function_id, function_name, status, submitted_at, finished_at, tags,"
                + " sequence, record, pruned) select left('" + first + "', 18) || lpad(i::text, 8, '0'), '" + owner
                + "', 'fn_many', 'many', 'succeeded', now(), now(), '{}', i, '', true"
                + " from generate_series(1, 30000) i");
        run("analyze activation_20310505");
        var all = new LedgerFilter(null, Set.of(), Set.of(), null, null, Map.of(), null, null, false);
        var rareStatus = new LedgerFilter(
                named("many"), Set.of(Status.FAILED), Set.of(), null, null, Map.of(), null, null, false);
        var rareFunction = new LedgerFilter(
                named("few"), Set.of(Status.SUCCEEDED), Set.of(), null, null, Map.of(), null, null, false);
        var rareStatuses = new LedgerFilter(
                null, EnumSet.of(Status.FAILED, Status.TIMED_OUT), Set.of(), null, null, Map.of(), null, null, false);
        var rareReasons = new LedgerFilter(
                null, Set.of(), EnumSet.of(Reason.SIGNAL, Reason.QUEUE_TTL), null, null, Map.of(), null, null, false);
        var ofSchedule = new LedgerFilter(
                null,
                Set.of(),
                Set.of(),
                null,
                null,
                Map.of(),
                Ids.schedule(Instant.EPOCH.plus(Duration.ofDays(2))),
                null,
                false);
        var deadLetters = new LedgerFilter(
                null,
                EnumSet.of(Status.FAILED, Status.TIMED_OUT, Status.EXPIRED),
                Set.of(),
                null,
                null,
                Map.of(),
                null,
                null,
                true);
        long readBefore = rowsRead("activation_20310505");
        var stranger = Ids.user(Instant.now());

        // After a few executions Postgres may plan a prepared statement for any value.
        for (int i = 0; i < 40; i++) {
            assertThat(list(owner, rareStatus)).isEmpty();
            assertThat(list(owner, rareFunction)).isEmpty();
            assertThat(list(stranger, all)).isEmpty();
            assertThat(list(owner, rareStatuses)).isEmpty();
            assertThat(list(owner, rareReasons)).isEmpty();
            assertThat(list(owner, ofSchedule)).isEmpty();
            assertThat(list(owner, deadLetters)).isEmpty();
        }

        var scansOf = Map.of(
                "owner_status_id_idx", 3,
                "owner_status_id_idx1", 3,
                "owner_function_name_id_idx", 1,
                "owner_id_idx", 1,
                "owner_reason_id_idx", 2,
                "owner_trigger_id_id_idx", 1);
        scansOf.forEach((index, scans) -> Await.eventually(() -> scans("activation_20310505_" + index) == 40L * scans));
        // The planner looks up the first id itself, for the schedule's list.
        assertThat(rowsRead("activation_20310505")).isLessThanOrEqualTo(readBefore + 40);
        run("drop table activation_20310505");
    }

    @Test
    void givenEndsOfUsersOfAScheduleAndOfAnOwnerWithADestination_whenWritten_thenThoseOfTheFirstAreNotNoted() {
        var now = Instant.now();
        var ofUser = accepted(now);
        var trigger = new Trigger(Trigger.SCHEDULE, Ids.schedule(now), ApiTime.format(now));
        var ofSchedule = accepted(now, "trigger", trigger);
        var other = Ids.user(now);
        var ofOther = accepted(now, "owner", other);
        run("insert into destination (id, owner, name, version, spec, events, functions, tags, max_in_flight, secrets,"
                + " created_at, updated_at) values ('dst_x', '" + other
                + "', 'erp', 1, '', '{}', '{}', '{}', 1, '', now(), now())");

        await(ledger.write(List.of(
                line(end(ofUser, now), 5, PayloadCopy.NONE),
                line(end(ofSchedule, now), 5, PayloadCopy.NONE),
                line(end(ofOther, now), 5, PayloadCopy.NONE))));

        List<String> noted = await(pg.withPool(pool -> pool.query("select * from ended")
                .execute()
                .map(rows -> rows.stream()
                        .map(row -> row.getString("activation_id") + " " + row.getString("trigger_id") + " "
                                + row.getString("status"))
                        .toList())));
        assertThat(noted)
                .containsExactlyInAnyOrder(
                        ofSchedule.id() + " " + trigger.id() + " succeeded", ofOther.id() + " null succeeded");
        run("delete from destination");
    }

    @Test
    void givenAnItemOfABatch_whenWritten_thenTheListOfItsBatchHasItAlone() {
        var now = Instant.now();
        var batch = Ids.batch(now);
        var item = ActivationRecord.accept(
                Records.with(
                        accepted(now).activation(),
                        "id",
                        Ids.item(batch, 7, 0),
                        "batch",
                        new Activation.Batch(batch, 7, null, "content")),
                new RunSpec(FunctionSpec.of("stored", "image:1"), ""));

        await(ledger.write(
                List.of(line(accepted(now), 5, PayloadCopy.NONE), line(end(item, now), 6, PayloadCopy.NONE))));

        var ofBatch = new LedgerFilter(null, Set.of(), Set.of(), null, null, Map.of(), null, batch, false);
        assertThat(list(owner, ofBatch))
                .hasSize(1)
                .allSatisfy(record -> assertThat(record.activation().batch())
                        .isEqualTo(item.activation().batch()));
    }

    private ActivationRecord.Queued accepted(Instant now, String field, Object value) {
        return ActivationRecord.accept(
                Records.with(accepted(now).activation(), field, value),
                new RunSpec(FunctionSpec.of("stored", "image:1"), ""));
    }

    private static ActivationRecord end(ActivationRecord.Queued queued, Instant now) {
        return ended(queued.claim(Story.WORKER, "run-1", now), now);
    }

    /** As after a crash before the acknowledgement, and by several registries at once. */
    @Test
    void givenStatesThatAreWrittenAgainWhenTheyAreCountedThenEachCountsOnce() throws Exception {
        var queued = accepted(Instant.now());
        var running = queued.claim(Story.WORKER, "run-1", Instant.now());
        var written = List.of(
                line(running, 20, PayloadCopy.NONE),
                line(queued, 10, PayloadCopy.NONE),
                line(ended(running), 30, PayloadCopy.NONE),
                line(running, 20, PayloadCopy.NONE),
                line(ended(running), 30, PayloadCopy.NONE));
        for (var entry : written) {
            await(Future.all(ledger.write(List.of(entry)), ledger.write(List.of(entry))));
        }

        assertThat(counts("step = 60 and function_id <> ''")).isEqualTo("1 1");
        assertThat(counts("step = 3600 and function_id = ''")).isEqualTo("1 1");
    }

    private String counts(String rows) {
        return await(pg.withPool(pool -> pool.query("select sum(submitted) || ' ' || sum(succeeded) as counts"
                        + " from activation_stat where owner = '" + owner + "' and " + rows)
                .execute()
                .map(found -> found.iterator().next().getString("counts"))));
    }

    @Test
    void givenManyFunctionsWithoutALimitOfIdlenessWhenTheDueOnesAreFoundThenOnlyThoseAreRead() throws Exception {
        run("insert into function (id, owner, name, revision) select 'fn_many' || i, '" + owner + "', 'many-' || i, 1"
                + " from generate_series(1, 10000) i");
        var functions = new FunctionStore(pg, new AuditStore(pg, "registry", false));
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        for (var age : List.of(Duration.ofHours(2), Duration.ofMinutes(59))) {
            var name = "idle-" + age.toMinutes();
            var spec = withIdleTtl(FunctionSpec.of(name, "any"), 3_600);
            var at = now.minus(age);
            await(functions.insert(
                    new FunctionRevision(Ids.function(at), owner, 1, null, at, at, spec), UNLIMITED, BY));
        }
        run("analyze function");
        long readBefore = rowsRead("function");

        var due = await(new IdleFunctionStore(single).findDue(now, 100));

        assertThat(due).extracting(each -> each.newest().spec().name()).containsExactly("idle-120");
        await(single.withPool(
                pool -> pool.query("select pg_stat_force_next_flush()").execute()));
        assertThat(rowsRead("function") - readBefore).isLessThan(20);
        run("delete from function where id like 'fn_many%'");
    }

    private static FunctionSpec withIdleTtl(FunctionSpec spec, int seconds) {
        var fields = (ObjectNode) Codec.toTree(spec);
        return Codec.read(Codec.write(fields.put("idleTtlSeconds", seconds)), new TypeReference<>() {});
    }

    private static FunctionRef named(String name) {
        return FunctionRef.parse(name).orElseThrow();
    }

    private static List<ActivationRecord> list(String owner, LedgerFilter filter) {
        return await(reader.list(owner, filter, Instant.EPOCH, null, 20)).stream()
                .map(LedgerReadStore.Listed::record)
                .toList();
    }

    private static long scans(String index) {
        return await(pg.withPool(
                pool -> pool.preparedQuery("select idx_scan from pg_stat_user_indexes where indexrelname = $1")
                        .execute(Tuple.of(index))
                        .map(rows -> rows.iterator().next().getLong("idx_scan"))));
    }

    private static long rowsRead(String table) {
        return await(pg.withPool(pool -> pool.preparedQuery(
                        "select seq_tup_read + idx_tup_fetch as read from pg_stat_user_tables where relname = $1")
                .execute(Tuple.of(table))
                .map(rows -> rows.iterator().next().getLong("read"))));
    }

    private static void run(String sql) {
        await(pg.withPool(pool -> pool.query(sql).execute().<Void>mapEmpty()));
    }

    @Test
    void givenPartitionsWhenRowsAreWrittenThenEachIsInThatOfItsDay() {
        var partitions = new PartitionStore(pg);
        var day = LocalDate.of(2031, 5, 17);
        var noon = day.atTime(12, 0).toInstant(ZoneOffset.UTC);
        // Several replicas do this at the same time.
        await(Future.all(partitions.ensure(noon), partitions.ensure(noon)));
        await(partitions.ensure(noon));
        var midnight = day.atStartOfDay().toInstant(ZoneOffset.UTC);

        assertThat(partitionOf(midnight)).isEqualTo("activation_20310517");
        assertThat(partitionOf(midnight.minusMillis(1))).isEqualTo("activation_20310516");
        assertThat(partitionOf(midnight.plus(1, ChronoUnit.DAYS).minusMillis(1)))
                .isEqualTo("activation_20310517");
        assertThat(partitionOf(midnight.plus(8, ChronoUnit.DAYS).minusMillis(1)))
                .isEqualTo("activation_20310524");
        assertThat(partitionOf(midnight.plus(8, ChronoUnit.DAYS))).isEqualTo("activation_default");
        assertThat(partitionOf(midnight.minus(2, ChronoUnit.DAYS))).isEqualTo("activation_default");
    }

    @Test
    void givenRowsInDefaultWhenPartitionsAreCreatedThenOnlyTheirDayGetsNone() {
        var partitions = new PartitionStore(pg);
        var day = LocalDate.of(2032, 6, 1);
        var noon = day.atTime(12, 0).toInstant(ZoneOffset.UTC);
        assertThat(partitionOf(noon)).isEqualTo("activation_default");

        await(partitions.ensure(noon));

        assertThat(partitionOf(noon.plusSeconds(1))).isEqualTo("activation_default");
        assertThat(partitionOf(noon.plus(1, ChronoUnit.DAYS))).isEqualTo("activation_20320602");
    }

    @Test
    void givenExpiredPartitionsWhenDroppedThenThoseWithUnfinishedOrUnprunedRowsStay() throws Exception {
        var partitions = new PartitionStore(pg);
        var first = LocalDate.of(2020, 1, 10);
        await(partitions.ensure(first.atTime(12, 0).toInstant(ZoneOffset.UTC)));
        var over = stored(first.minusDays(1), PayloadCopy.NONE, true);
        stored(first.plusDays(1), PayloadCopy.NONE, false);
        stored(first.plusDays(2), PayloadCopy.IN_OBJECT_STORE, true);
        var running = accepted(noon(first)).claim(Story.WORKER, "run-1", noon(first));
        await(ledger.write(List.of(line(running, 1, PayloadCopy.NONE))));
        var late = accepted(noon(first.plusDays(3))).claim(Story.WORKER, "run-1", noon(first));
        await(ledger.write(List.of(line(ended(late, noon(first.plusDays(7))), 1, PayloadCopy.NONE))));
        prune(late.id());
        var before = partitionsOf("202001");
        assertThat(before).hasSize(9);

        await(partitions.dropExpired(first.plusDays(7).atStartOfDay().toInstant(ZoneOffset.UTC)));

        assertThat(partitionsOf("202001"))
                .containsExactly(
                        "activation_20200110", // something runs
                        "activation_20200111", // something is on the bus
                        "activation_20200112", // something lies apart
                        "activation_20200113", // something ended late
                        "activation_20200117"); // its day is not over
        assertThat(await(reader.find(owner, over, Instant.EPOCH))).isEmpty();
        assertThat(await(reader.find(owner, running.id(), Instant.EPOCH))).isPresent();
    }

    @Test
    void givenALargePartitionWhenItIsCheckedThenOnlyIndexesAreRead() throws Exception {
        var day = LocalDate.of(2021, 3, 10);
        await(new PartitionStore(pg).ensure(noon(day)));
        var prefix = Ids.lowestAt(noon(day)).substring(0, 18);
        run("insert into activation (id, owner, function_id, function_name, status, submitted_at, finished_at, tags,"
                + " sequence, record, pruned, log_apart) select '" + prefix + "' || lpad(i::text, 8, '0'), '" + owner
                + "', 'fn_many', 'many', 'succeeded', '2021-03-10', '2021-03-10', '{}', i, '', true, i = 30000"
                + " from generate_series(1, 30000) i");

        await(new PartitionStore(single).dropExpired(noon(day.plusDays(3))));

        await(single.withPool(
                pool -> pool.query("select pg_stat_force_next_flush()").execute()));
        assertThat(rowsRead("activation_20210310")).isLessThan(10);
        assertThat(partitionsOf("202103")).contains("activation_20210310");
        run("drop table activation_20210310");
    }

    @Test
    void givenAPartitionInUseWhenExpiredOnesAreDroppedThenTheOthersGo() throws Exception {
        var partitions = new PartitionStore(pg);
        var first = LocalDate.of(2021, 6, 2);
        await(partitions.ensure(noon(first)));

        var failure = failure(pg.inTransaction(tx -> tx.query("lock table activation_20210603 in access share mode")
                .execute()
                .compose(locked -> partitions.dropExpired(noon(first.plusDays(5))))));

        assertThat(failure).hasMessageContaining("lock timeout");
        assertThat(partitionsOf("202106"))
                .containsExactly(
                        "activation_20210603", // in use
                        "activation_20210607", // its day is not over
                        "activation_20210608",
                        "activation_20210609");
    }

    @Test
    void givenExpiredRowsInDefaultWhenStrayRowsAreDeletedThenOnlyPrunedOnesGo() throws Exception {
        var stray = stored(LocalDate.of(2019, 3, 3), PayloadCopy.NONE, true);
        var onTheBus = stored(LocalDate.of(2019, 3, 3), PayloadCopy.NONE, false);
        assertThat(await(reader.find(owner, stray, Instant.EPOCH))).isPresent();

        assertThat(await(new RetentionStore(pg).deleteStrayRows(noon(LocalDate.of(2019, 3, 4)), 500)))
                .isFalse();

        assertThat(await(reader.find(owner, stray, Instant.EPOCH))).isEmpty();
        assertThat(await(reader.find(owner, onTheBus, Instant.EPOCH))).isPresent();
    }

    /** Stores an activation submitted and ended at noon of a day; returns its id. */
    private String stored(LocalDate day, PayloadCopy result, boolean pruned) {
        var running = accepted(noon(day)).claim(Story.WORKER, "run-1", noon(day));
        await(ledger.write(List.of(line(ended(running, noon(day)), 1, result))));
        if (pruned) {
            prune(running.id());
        }
        return running.id();
    }

    private static void prune(String id) {
        run("delete from activation_unpruned where id = '" + id + "'");
    }

    private static Instant noon(LocalDate day) {
        return day.atTime(12, 0).toInstant(ZoneOffset.UTC);
    }

    private static List<String> partitionsOf(String month) {
        return await(pg.withPool(pool -> pool.query("select relname from pg_class where relname ~ '^activation_" + month
                        + "[0-9]{2}$' order by relname")
                .execute()
                .map(rows -> rows.stream().map(row -> row.getString("relname")).toList())));
    }

    @Test
    void givenAFunctionThatChangesAgainWhenTheOlderChangeIsRemovedThenTheNewerOneStaysPending() {
        var functions = new FunctionStore(pg, new AuditStore(pg, "registry", false));
        var outbox = new OutboxStore(pg);
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        var first =
                new FunctionRevision(Ids.function(now), owner, 1, null, now, now, FunctionSpec.of("changing", "a:1"));
        var key = new OutboxStore.BucketKey(owner, "changing");
        await(functions.insert(first, UNLIMITED, BY));
        var seen = await(outbox.readState(key));
        var ref = FunctionRef.parse("changing").orElseThrow();
        await(functions.revise(
                owner,
                ref,
                current -> new FunctionRevision(first.id(), owner, 2, null, now, now, first.spec()),
                UNLIMITED,
                BY));

        await(outbox.remove(key, seen.change().orElseThrow()));

        var pending = await(outbox.readState(key));
        assertThat(pending.change()).isPresent().isNotEqualTo(seen.change());
        await(outbox.remove(key, pending.change().orElseThrow()));
        assertThat(await(outbox.readState(key)).change()).isEmpty();
        assertThat(await(outbox.readState(key)).body()).isPresent();
    }

    @Test
    void givenATaskOfOneRegistryWhenOthersTryThenItRunsThereOnlyAfterAFailureAStopOrSilence() throws Exception {
        var first = new TaskStore(pg);
        var second = new TaskStore(pg);

        assertThat(first.runIfMine("test", () -> !second.runIfMine("test", () -> true)))
                .as("the second one while the first one runs it")
                .isTrue();
        assertThat(second.runIfMine("test", () -> true)).as("after a success").isFalse();
        assertThat(second.runIfMine("other", () -> true)).as("another task").isTrue();

        assertThatThrownBy(() -> first.runIfMine("test", () -> {
                    throw new IOException("of the test");
                }))
                .isInstanceOf(IOException.class);
        Await.eventually(() -> second.runIfMine("test", () -> true));

        run("update task set held_until = now() - interval '1 s'");
        await(second.renewAll());
        assertThat(first.runIfMine("test", () -> true)).as("after a renewal").isFalse();

        for (var until : List.of("now() - interval '1 s'", "now() + interval '5 h'")) {
            run("update task set held_until = " + until);
            assertThat(first.runIfMine("test", () -> true))
                    .as("held until " + until)
                    .isTrue();
            await(first.releaseAll());
            assertThat(second.runIfMine("test", () -> true)).as("after a stop").isTrue();
        }
    }

    private String partitionOf(Instant submittedAt) {
        var record = accepted(submittedAt);
        await(ledger.write(List.of(line(record, 1, PayloadCopy.NONE))));
        return await(pg.withPool(pool -> pool.query(
                        "select tableoid::regclass::text as partition from activation where id = '" + record.id() + "'")
                .execute()
                .map(rows -> rows.iterator().next().getString("partition"))));
    }

    private static LedgerEntry line(ActivationRecord record, long sequence, PayloadCopy result) {
        return new LedgerEntry(record, sequence, PayloadCopy.NONE, result, false, PayloadCopy.NONE);
    }

    private static ActivationRecord ended(ActivationRecord.Running running) {
        return ended(running, Instant.now());
    }

    private static ActivationRecord ended(ActivationRecord.Running running, Instant now) {
        return running.finish(
                new Report(
                        Report.Exit.succeeded(),
                        new Report.Usage(now, now, 0, 0, null, null),
                        new Report.Output(null, 4, false, 0, false, 0),
                        Report.Container.NONE),
                Duration.ZERO);
    }

    private ActivationRecord.Queued accepted(Instant submittedAt) {
        return ActivationRecord.accept(activation(submittedAt), new RunSpec(FunctionSpec.of("stored", "image:1"), ""));
    }

    private Activation activation(Instant submittedAt) {
        return Story.activation(owner, Ids.function(submittedAt), "stored", submittedAt, Map.of());
    }
}
