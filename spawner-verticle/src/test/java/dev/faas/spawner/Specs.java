package dev.faas.spawner;

import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Limits;
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.FunctionSpec.Retry;
import java.util.List;

/** Creates functions with defaults except for one or two values. */
public final class Specs {
    private Specs() {}

    public static FunctionSpec of(String image) {
        return FunctionSpec.of("f", image);
    }

    static FunctionSpec concurrency(String image, int concurrency) {
        return Records.with(of(image), "concurrency", concurrency);
    }

    static FunctionSpec atMostOnce(String image) {
        return Records.with(of(image), "delivery", Delivery.AT_MOST_ONCE);
    }

    static FunctionSpec reused(String image) {
        return Records.with(of(image), "mode", Mode.REUSED);
    }

    static FunctionSpec secrets(String image, Mode mode, List<String> secrets) {
        return Records.with(of(image), "secrets", secrets, "mode", mode);
    }

    static FunctionSpec limits(String image, int timeoutSeconds, int resultKb, int logKb) {
        return Records.with(of(image), "limits", new Limits(128, 1.0, 128, timeoutSeconds, resultKb, logKb));
    }

    /** With a concurrency that does not matter. */
    static FunctionSpec memory(String image, int memoryMb) {
        return Records.with(concurrency(image, 100), "limits", Records.with(Limits.DEFAULT, "memoryMb", memoryMb));
    }

    static FunctionSpec retrying(String image, int attempts, int backoffSeconds) {
        return Records.with(of(image), "retry", new Retry(attempts, backoffSeconds, Retry.DEFAULT.on()));
    }

    /** With concurrency 1. */
    static FunctionSpec aloneRetrying(String image, int attempts, int backoffSeconds) {
        return Records.with(retrying(image, attempts, backoffSeconds), "concurrency", 1);
    }
}
