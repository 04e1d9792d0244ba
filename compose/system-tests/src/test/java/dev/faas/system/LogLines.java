package dev.faas.system;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** Collects the log lines of a logger, each after the id of its request. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    public LogLines(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        start();
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        var request = event.getMDCPropertyMap().get("requestId");
        lines.add(request == null ? event.getFormattedMessage() : "[" + request + "] " + event.getFormattedMessage());
    }

    /** In any order, because a service may log after its response. */
    public void await(String beginning) throws InterruptedException {
        await(line -> line.startsWith(beginning), beginning);
    }

    public void await(Predicate<String> wanted, String name) throws InterruptedException {
        var seen = new ArrayList<String>();
        var until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < until) {
            var line = lines.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line != null && wanted.test(line)) {
                lines.addAll(seen);
                return;
            }
            if (line != null) {
                seen.add(line);
            }
        }
        throw new AssertionError(name + " is not among " + seen);
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setAdditive(true);
        logger.setLevel(null);
    }
}
