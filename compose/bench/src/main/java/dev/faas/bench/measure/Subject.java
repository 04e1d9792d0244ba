package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** Gives access to a platform to measure; {@link #close} stops and removes it. */
public interface Subject extends AutoCloseable {
    /** Starts a platform; its spawners, if any, divide the settings of one spawner among them. */
    @FunctionalInterface
    interface Start {
        Subject start(Map<String, String> settings, int spawners) throws IOException;
    }

    URI api();

    /** The directory with the files of its servers. */
    Path data();

    /** The settings of a spawner that joins this platform. */
    Map<String, String> spawnerSettings();

    /** A NATS login that may read and write events. */
    NatsConfig natsConfig();

    @Override
    void close() throws IOException;
}
