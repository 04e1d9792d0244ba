package dev.faas.bench.measure;

import dev.faas.nats.NatsConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** A platform to measure, gone when closed. */
public interface Subject extends AutoCloseable {
    /** Starts a platform with these settings and so many spawners, which share what one would have alone. */
    @FunctionalInterface
    interface Start {
        Subject with(Map<String, String> settings, int spawners) throws IOException;
    }

    URI api();

    /** How to reach its event stream as a client that may read and write events. */
    NatsConfig bus();

    @Override
    void close() throws IOException;
}
