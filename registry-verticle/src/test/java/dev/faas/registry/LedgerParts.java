package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import dev.faas.lifecycle.Blocking;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.pg.Pg;
import dev.faas.registry.ledger.LedgerStore;
import dev.faas.registry.ledger.PayloadArchive;
import dev.faas.registry.ledger.Projection;
import dev.faas.wire.Subjects;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/** The parts that write events to the ledger, without a running registry. */
final class LedgerParts {
    private final Vertx vertx = Vertx.vertx();
    final Backends backends;
    final Nats bus;
    final Pg pg;
    final ActivationEvents events;
    final PayloadArchive archive;
    final LedgerStore ledger;
    final Projection projection;

    LedgerParts(Path directory) throws Exception {
        backends = Backends.start(directory);
        bus = backends.connect("test");
        Topology.create(bus, TopologyConfig.LOCAL);
        pg = Pg.open(vertx, backends.config().connections().pg());
        events = new ActivationEvents(bus);
        archive = new PayloadArchive(bus.objectBucket(Subjects.OUTPUTS));
        ledger = new LedgerStore(pg);
        projection = new Projection(events, archive, ledger, states -> {});
    }

    public void close() throws Exception {
        Blocking.await(pg.close());
        bus.close();
        backends.close();
        Blocking.await(vertx.close());
    }
}
