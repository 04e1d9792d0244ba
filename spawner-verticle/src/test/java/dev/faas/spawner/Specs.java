package dev.faas.spawner;

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
        return with(image, Limits.DEFAULT, 10, Retry.DEFAULT, Delivery.AT_LEAST_ONCE);
    }

    static FunctionSpec concurrency(String image, int concurrency) {
        return with(image, Limits.DEFAULT, concurrency, Retry.DEFAULT, Delivery.AT_LEAST_ONCE);
    }

    static FunctionSpec atMostOnce(String image) {
        return with(image, Limits.DEFAULT, 10, Retry.DEFAULT, Delivery.AT_MOST_ONCE);
    }

    static FunctionSpec reused(String image) {
        return with(image, Limits.DEFAULT, 10, Retry.DEFAULT, Delivery.AT_LEAST_ONCE, Mode.REUSED);
    }

    static FunctionSpec secrets(String image, Mode mode, List<String> secrets) {
        return with(image, secrets, Limits.DEFAULT, 10, Retry.DEFAULT, Delivery.AT_LEAST_ONCE, mode);
    }

    static FunctionSpec limits(String image, int timeoutSeconds, int resultKb, int logKb) {
        return with(
                image,
                new Limits(128, 1.0, 128, timeoutSeconds, resultKb, logKb),
                10,
                Retry.DEFAULT,
                Delivery.AT_LEAST_ONCE);
    }

    /** With a concurrency that does not matter. */
    static FunctionSpec memory(String image, int memoryMb) {
        var plain = Limits.DEFAULT;
        return with(
                image,
                new Limits(
                        memoryMb, plain.cpus(), plain.pids(), plain.timeoutSeconds(), plain.resultKb(), plain.logKb()),
                100,
                Retry.DEFAULT,
                Delivery.AT_LEAST_ONCE);
    }

    static FunctionSpec retrying(String image, int attempts, int backoffSeconds) {
        return with(
                image,
                Limits.DEFAULT,
                10,
                new Retry(attempts, backoffSeconds, Retry.DEFAULT.on()),
                Delivery.AT_LEAST_ONCE);
    }

    /** With concurrency 1. */
    static FunctionSpec aloneRetrying(String image, int attempts, int backoffSeconds) {
        return with(
                image,
                Limits.DEFAULT,
                1,
                new Retry(attempts, backoffSeconds, Retry.DEFAULT.on()),
                Delivery.AT_LEAST_ONCE);
    }

    private static FunctionSpec with(String image, Limits limits, int concurrency, Retry retry, Delivery delivery) {
        return with(image, limits, concurrency, retry, delivery, Mode.ISOLATED);
    }

    private static FunctionSpec with(
            String image, Limits limits, int concurrency, Retry retry, Delivery delivery, Mode mode) {
        return with(image, List.of(), limits, concurrency, retry, delivery, mode);
    }

    private static FunctionSpec with(
            String image,
            List<String> secrets,
            Limits limits,
            int concurrency,
            Retry retry,
            Delivery delivery,
            Mode mode) {
        var plain = FunctionSpec.of("f", image);
        return new FunctionSpec(
                plain.name(),
                plain.image(),
                plain.description(),
                plain.entrypoint(),
                plain.command(),
                plain.env(),
                secrets,
                plain.labels(),
                mode,
                plain.network(),
                limits,
                concurrency,
                plain.queue(),
                retry,
                delivery,
                plain.readOnlyRoot(),
                plain.prewarm(),
                plain.argumentAs(),
                plain.idleTtlSeconds(),
                plain.byAdmin());
    }
}
