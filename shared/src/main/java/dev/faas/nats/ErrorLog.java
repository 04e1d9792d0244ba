package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs errors of the client library, one line each; the library's own listener prints stack traces to the console. */
final class ErrorLog implements ErrorListener {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorLog.class);

    private volatile @Nullable Exception last;

    /** The client library does not throw the cause of a connection that failed. */
    @Nullable
    Exception last() {
        return last;
    }

    @Override
    public void errorOccurred(Connection connection, String error) {
        LOG.warn("NATS reported an error error={}", error);
    }

    @Override
    public void exceptionOccurred(Connection connection, Exception e) {
        last = e;
        LOG.debug("NATS client failed error={}", e.toString());
    }

    @Override
    public void slowConsumerDetected(Connection connection, Consumer consumer) {
        LOG.warn(
                "NATS messages dropped, because they were not taken fast enough dropped={}",
                consumer.getDroppedCount());
    }
}
