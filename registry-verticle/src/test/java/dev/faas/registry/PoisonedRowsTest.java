package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Report;
import dev.faas.activation.RunSpec;
import dev.faas.audit.AuditStore;
import dev.faas.lifecycle.Blocking;
import dev.faas.registry.ledger.ExpiredPayloadRemover;
import dev.faas.registry.ledger.LedgerEntry;
import dev.faas.registry.ledger.OwnerSumsStore;
import dev.faas.registry.ledger.PayloadCopy;
import dev.faas.registry.ledger.Pruner;
import dev.faas.registry.ledger.Retention;
import dev.faas.registry.ledger.RetentionStore;
import dev.faas.registry.quota.QuotaStore;
import dev.faas.registry.quota.StoredSpace;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One of many ended activations can never be processed. */
class PoisonedRowsTest extends LedgerFixture {
    private static final int MANY = 2_000;
    private static final PayloadCopy KEPT = new PayloadCopy.Inline(Buffer.buffer("kept"));
    private final Instant yesterday = Instant.now().minus(Duration.ofDays(1));

    @Test
    void givenOneThatCannotBeDecodedWhenPrunedThenOneRoundPrunesAllOthers() throws Exception {
        var poisoned = endedYesterday(PayloadCopy.NONE);
        parts.bus.stream(Subjects.EVENTS)
                .append(Subjects.state(poisoned), Map.of(), "no record".getBytes(StandardCharsets.UTF_8))
                .join();

        new Pruner(parts.events, parts.ledger, InstantSource.system(), Duration.ofMinutes(1)).runOnce();

        assertThat(parts.backends.number("select count(*) from activation_unpruned"))
                .isEqualTo(1);
    }

    @Test
    void givenOneWhoseObjectCannotBeRemovedWhenResultsExpireThenOneRoundRemovesAllOthers() throws Exception {
        breakObjectOf(endedYesterday(PayloadCopy.IN_OBJECT_STORE));

        remover().runOnce();

        assertThat(parts.backends.number("select count(*) from activation where result is not null or result_apart"))
                .isEqualTo(1);
    }

    @Test
    void givenOnlyOneWhoseObjectCannotBeRemovedWhenLogsExpireThenTheyAreRemoved() throws Exception {
        var poisoned = entry(yesterday, PayloadCopy.IN_OBJECT_STORE, PayloadCopy.NONE);
        var other = entry(yesterday, PayloadCopy.NONE, KEPT);
        Blocking.await(parts.ledger.write(List.of(poisoned, other)));
        breakObjectOf(poisoned.record().id());

        assertThatThrownBy(remover()::runOnce).isInstanceOf(IOException.class);

        assertThat(parts.backends.number("select count(*) from activation where log is not null"))
                .isZero();
    }

    @Test
    void givenAnOwnerWithARecordThatCannotBeReadWhenSpaceIsMeasuredThenThatOfTheNextIs() throws Exception {
        var poisoned = endedYesterday(KEPT);
        run("update activation set owner = case id when '" + poisoned + "' then 'usr_a' else 'usr_b' end");
        run("update activation set result_apart = true, record = 'no record' where owner = 'usr_a'");
        run("insert into quota (owner, limits) select unnest('{usr_a,usr_b}'::text[]), '{\"storedMb\": 1}'");

        new StoredSpace(
                        new QuotaStore(parts.pg, new AuditStore(parts.pg, "registry", false)),
                        new OwnerSumsStore(parts.pg))
                .runOnce();

        assertThat(parts.backends.number("select stored_bytes from quota where owner = 'usr_b'"))
                .isPositive()
                .isEqualTo(parts.backends.number("select sum(octet_length(record) + octet_length(result))"
                        + " from activation where owner = 'usr_b'"));
    }

    private void run(String statement) throws Exception {
        Blocking.await(parts.pg.pool().query(statement).execute());
    }

    private ExpiredPayloadRemover remover() {
        var hour = Duration.ofHours(1);
        return new ExpiredPayloadRemover(
                new RetentionStore(parts.pg),
                parts.archive,
                new Retention(hour, Duration.ofDays(2), hour, hour),
                InstantSource.system());
    }

    private void breakObjectOf(String id) {
        var object = Base64.getUrlEncoder().encodeToString((id + ".result").getBytes(StandardCharsets.UTF_8));
        parts.bus.stream("OBJ_" + Subjects.OUTPUTS)
                .append("$O." + Subjects.OUTPUTS + ".M." + object, Map.of(), new byte[] {'?'})
                .join();
    }

    /** Writes many rows; returns the id of the one that has this result, which ended first. */
    private String endedYesterday(PayloadCopy result) throws Exception {
        var all = IntStream.range(0, MANY)
                .mapToObj(i -> entry(yesterday.plusMillis(i), i == 0 ? result : KEPT, PayloadCopy.NONE))
                .toList();
        Blocking.await(parts.ledger.write(all));
        return all.getFirst().record().id();
    }

    private static LedgerEntry entry(Instant at, PayloadCopy result, PayloadCopy log) {
        var activation = Story.activation(Ids.user(at), Ids.function(at), "worked", at, Map.of());
        var end = ActivationRecord.accept(activation, new RunSpec(FunctionSpec.of("worked", "image:1"), ""))
                .claim(Story.WORKER, "run-1", at)
                .finish(
                        new Report(
                                Report.Exit.succeeded(),
                                new Report.Usage(at, at, 0, 0, null, null),
                                new Report.Output(null, 4, false, 0, false, 0),
                                Report.Container.NONE),
                        Duration.ZERO);
        return new LedgerEntry(end, 1, PayloadCopy.NONE, result, false, log);
    }
}
