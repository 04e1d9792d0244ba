package dev.faas.system;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationEvents.AppendResult;
import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.activation.Report;
import dev.faas.activation.Worker;
import dev.faas.local.NatsServer;
import dev.faas.local.PostgresServer;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.testing.ProcessSignal;
import dev.faas.wire.Subjects;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Breaks the backends of a platform in the ways that provoke its rarer problems. */
public final class FaultInjector implements AutoCloseable {
    private static final int LIMIT_SECONDS = 20;

    private final NatsServer server;
    private final PostgresServer postgres;
    private final Nats bus;
    private final ActivationEvents events;

    FaultInjector(NatsServer server, PostgresServer postgres) throws Exception {
        this.server = server;
        this.postgres = postgres;
        bus = Nats.connect(NatsConfig.local(server.url()), "test");
        events = new ActivationEvents(bus);
    }

    /** NATS neither answers nor refuses until it is thawed. */
    public interface Meanwhile<T> {
        T get() throws Exception;
    }

    public <T> T withBusFrozen(Meanwhile<T> meanwhile) throws Exception {
        ProcessSignal.send("STOP", server.pid());
        try {
            return meanwhile.get();
        } finally {
            ProcessSignal.send("CONT", server.pid());
        }
    }

    /** Without access to its own tables, a service answers with an unexpected error. */
    public void takeTablesFrom(String schema) throws SQLException {
        privileges("revoke all on all tables in schema %s from %s", schema);
    }

    public void giveTablesBackTo(String schema) throws SQLException {
        privileges("grant all on all tables in schema %s to %s", schema);
    }

    /** By the superuser, since the audit log belongs to another role. */
    private void privileges(String change, String schema) throws SQLException {
        var at = URI.create(postgres.url());
        var url = "jdbc:postgresql://" + at.getHost() + ":" + at.getPort() + at.getPath();
        try (var connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
                var statement = connection.createStatement()) {
            statement.execute(change.formatted(schema, postgres.role(schema).user()));
        }
    }

    /** Writes an unreadable last event for an activation. */
    public void garble(String activation) {
        bus.publish(Subjects.state(activation), "?".getBytes(StandardCharsets.UTF_8));
    }

    /** Writes the events of a run with more output on both streams than a ledger row stores. */
    public void runWithLongOutput(String activation) throws Exception {
        var queued = answer(events.lastFromLeader(activation)).orElseThrow();
        var running = ((Queued) queued.record()).claim(new Worker("spawner", "1"), "run-1", Instant.now());
        var claimed = answer(events.append(running, queued.sequence()));
        var last = 0L;
        for (var source : Source.values()) {
            for (var offset = 0; offset < 2 * OutputChunk.MAX_BYTES; offset += OutputChunk.MAX_BYTES) {
                var bytes = "x".repeat(OutputChunk.MAX_BYTES).getBytes(StandardCharsets.UTF_8);
                last = answer(events.appendOutput(
                        activation, new OutputChunk("run-1", source, offset, Instant.now(), bytes)));
            }
        }
        var length = 2 * OutputChunk.MAX_BYTES;
        var report = new Report(
                Report.Exit.succeeded(),
                new Report.Usage(running.claimedAt(), Instant.now(), 1, 1, null, null),
                new Report.Output(null, length, false, length, false, last),
                Report.Container.NONE);
        answer(events.append(
                running.finish(report, Duration.ZERO),
                ((AppendResult.Stored) claimed).snapshot().sequence()));
    }

    private static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        bus.close();
    }
}
