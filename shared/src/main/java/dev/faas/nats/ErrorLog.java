package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the client library has to say, one line each; its own listener writes stack traces to the console. */
final class ErrorLog implements ErrorListener {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorLog.class);

    @Override
    public void errorOccurred(Connection connection, String error) {
        LOG.warn("NATS says: {}", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception e) {
        LOG.debug("NATS client: {}", e.toString());
    }

    @Override
    public void slowConsumerDetected(Connection connection, Consumer consumer) {
        LOG.warn("messages of NATS come faster than they are taken: {} dropped", consumer.getDroppedCount());
    }
}
