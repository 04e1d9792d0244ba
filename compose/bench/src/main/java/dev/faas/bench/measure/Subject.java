package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Gives access to a platform to measure; {@link #close} stops and removes it. */
public interface Subject extends AutoCloseable {
    /** Starts a platform; its spawners divide the settings of one spawner among them. */
    @FunctionalInterface
    interface Start {
        Subject start(Map<String, String> settings, int spawners) throws IOException;
    }

    URI api();

    /** A NATS login that may read and write events. */
    NatsConfig natsConfig();

    @Override
    void close() throws IOException;
}
