package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.Spawners;
import dev.faas.activation.Worker;
import dev.faas.lifecycle.Blocking;
import dev.faas.pg.Pg;
import dev.faas.registry.ledger.LedgerEntry;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PayloadCopy;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of the ledger whose events are missing because NATS lost its disk. */
class LostActivationCloserTest extends RegistryFixture {
    private static final Duration DAY = Duration.ofDays(1);

    private final Instant longAgo = Instant.now().minus(Duration.ofHours(1));

    private String functionId;
    private Pg pg;

    @BeforeEach
    void newFunction() throws Exception {
        functionId = user.create("worked").json().getString("id");
        pg = Pg.open(registry.vertx, registry.backends.config().connections().pg());
    }

    @AfterEach
    void close() throws Exception {
        Blocking.await(pg.close());
    }

    @Test
    void givenAQueuedActivationWithoutEventsWhenItIsOldThenItHasFailed() throws Exception {
        var young = writeToLedgerOnly(queued(Instant.now(), DAY));
        var old = writeToLedgerOnly(queued(longAgo, DAY));
        var overdue = writeToLedgerOnly(queued(longAgo, Duration.ofMinutes(1)));

        Await.eventually(() -> isLost(old) && isLost(overdue));

        assertThat(status(young)).isEqualTo("queued");
    }

    @Test
    void givenAnEnqueuedActivationWithoutEventsWhenItsTimeInTheQueueIsOverThenItHasFailed() throws Exception {
        var known = writeToLedgerOnly(queued(Instant.now().minus(Duration.ofSeconds(58)), Duration.ofSeconds(59)));
        registry.backends.run("insert into activation_enqueued values ('" + known + "', 1000000000)");

        Await.eventually(() -> isLost(known));
    }

    @Test
    void givenARunWithoutEventsWhenItsSpawnerIsDeadOrDoesNotHaveItThenItHasFailed() throws Exception {
        var spawner = "spawner-" + owner;
        var spawners = new Spawners(registry.bus);
        spawners.publish(new SpawnerHeartbeat(spawner, "2", 1, 1, null, null), 0)
                .join();
        var dead = new Worker(spawner, "1");
        var alive = new Worker(spawner, "2");
        var recent = Instant.now().minus(Duration.ofMinutes(2));

        var ofDeadSpawner = writeToLedgerOnly(queued(longAgo, DAY).claim(dead, "run-1", recent));
        var missing = writeToLedgerOnly(queued(longAgo, DAY).claim(alive, "run-2", recent));
        var present = writeToLedgerOnly(queued(longAgo, DAY).claim(alive, "run-3", recent));

        try (var _ = spawners.answerMissingRuns(alive, "run-3"::equals)) {
            Await.eventually(() -> isLost(ofDeadSpawner) && isLost(missing));
        }
        assertThat(status(present)).isEqualTo("running");
    }

    @Test
    void givenAnEndThatTheLedgerHasMissedWhenItIsOldThenItIsProjected() throws Exception {
        var story = Story.accepted(
                registry.bus, Story.activation(owner, functionId, "worked", Instant.now(), Map.of()), "argument");
        var accepted = ((ActivationRecord.Queued) story.record()).withoutRunSpec();
        long first = story.sequence();
        story.claimed("run-1").succeeded("", 0, 0, Instant.now().minus(Duration.ofMinutes(2)));
        Await.eventually(() -> status(story.id()).equals("succeeded"));

        registry.backends.run("update activation set status = 'queued', finished_at = null, expires_at = now(),"
                + " sequence = " + first + ", record = '\\x"
                + HexFormat.of().formatHex(Codec.encode(accepted)) + "' where id = '" + story.id() + "'");

        Await.eventually(() -> status(story.id()).equals("succeeded"));
    }

    private ActivationRecord.Queued queued(Instant submittedAt, Duration ttl) {
        return new ActivationRecord.Queued(
                Story.activation(owner, functionId, "worked", submittedAt, ttl, Map.of()),
                0,
                0,
                null,
                null,
                null,
                null,
                false,
                List.of());
    }

    private String writeToLedgerOnly(ActivationRecord record) throws Exception {
        var line = new LedgerEntry(record, 1_000_000_000, PayloadCopy.NONE, PayloadCopy.NONE, false, PayloadCopy.NONE);
        Blocking.await(new LedgerStore(pg).write(List.of(line)));
        return record.id();
    }

    private String status(String id) {
        return user.get("/v1/activations/" + id).json().getString("status", "");
    }

    private boolean isLost(String id) {
        var shown = user.get("/v1/activations/" + id).json();
        return shown.getString("status", "").equals("failed")
                && shown.getString("reason").equals("worker_lost")
                && shown.getString("detail").contains("lost");
    }
}
