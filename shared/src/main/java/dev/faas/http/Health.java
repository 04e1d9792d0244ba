package dev.faas.http;

import io.vertx.core.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a service depends on, and whether it is there. Ready means that every required dependency is up. */
public final class Health {
    public Health(String service) {}

    public Health require(String name, BooleanSupplier up) {
        return this;
    }

    /** Up when the future succeeds within 2 s. */
    public Health require(String name, Supplier<Future<?>> up) {
        return this;
    }

    /** A dependency that is reported and not needed to be ready. */
    public Health list(String name, BooleanSupplier up) {
        return this;
    }

    public Health list(String name, Supplier<Future<?>> up) {
        return this;
    }
}
