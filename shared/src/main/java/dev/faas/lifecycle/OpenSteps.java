package dev.faas.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes the opened steps of a service in reverse order, each with a time limit. */
final class OpenSteps {
    private record Step(String name, Duration limit, Closer.Action close) {}

    private final Logger log = LoggerFactory.getLogger(Lifecycle.class);
    private final String service;
    private final Duration limit;
    private final Deque<Step> steps = new ArrayDeque<>();

    OpenSteps(String service, Duration limit) {
        this.service = service;
        this.limit = limit;
    }

    void push(String name, Closer.Action close) {
        push(name, limit, close);
    }

    synchronized void push(String name, Duration closeLimit, Closer.Action close) {
        steps.push(new Step(name, closeLimit, close));
    }

    void closeAll() {
        for (var step = pop(); step != null; step = pop()) {
            close(step);
        }
    }

    private synchronized @Nullable Step pop() {
        return steps.poll();
    }

    /** On its own thread, so that a close that hangs does not delay the others. */
    private void close(Step step) {
        var closing = new FutureTask<>((Callable<Void>) () -> {
            step.close().run();
            return null;
        });
        var thread = Thread.ofVirtual().name(service + "-close-" + step.name()).start(closing);
        try {
            closing.get(step.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            log.warn("close failed service={} step={}", service, step.name(), e.getCause());
        } catch (TimeoutException e) {
            log.warn(
                    "close exceeded its limit service={} step={} limit_ms={}",
                    service,
                    step.name(),
                    step.limit().toMillis());
            thread.interrupt();
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
