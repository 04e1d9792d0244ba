package dev.faas.activation;

import dev.faas.activation.Activation.FunctionKey;
import dev.faas.activation.Activation.Trigger;
import dev.faas.testing.Records;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.FunctionSpec.Delivery;
import dev.faas.wire.FunctionSpec.Retry;
import dev.faas.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Creates one activation in each state, always the same except for its id. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-11-24T10:00:00.000Z");
    static final String ID = "06b7gd98g07rk4q3v8x2m5n9ta";
    static final String OWNER = "usr_06b7gd98g07rk4q3v8x2m5n9tb";
    static final String FUNCTION = "fn_06b7gd98g07rk4q3v8x2m5n9tc";
    static final Worker WORKER = new Worker("node-1", "06b7gd98g07rk4q3v8x2m5n9td");
    static final RunSpec RUN_SPEC = new RunSpec(FunctionSpec.of("resize", "registry.example/resize:1.4"), "a \"b\"\n☃");

    private Samples() {}

    static ActivationRecord.Queued queued() {
        return queued(Delivery.AT_LEAST_ONCE, Retry.DEFAULT);
    }

    static ActivationRecord.Queued queued(Delivery delivery, Retry retry) {
        return ActivationRecord.accept(activation(ID, delivery, retry), RUN_SPEC);
    }

    /** With a new id, for tests that store it. */
    static ActivationRecord.Queued fresh() {
        return ActivationRecord.accept(
                activation(Ids.activation(NOW), Delivery.AT_LEAST_ONCE, Retry.DEFAULT), RUN_SPEC);
    }

    static ActivationRecord.Queued delayed(Duration delay) {
        var plain = activation(ID, Delivery.AT_LEAST_ONCE, Retry.DEFAULT);
        return ActivationRecord.accept(Records.with(plain, "notBefore", NOW.plus(delay)), RUN_SPEC);
    }

    static ActivationRecord.Queued ofSchedule() {
        var plain = activation(ID, Delivery.AT_LEAST_ONCE, Retry.DEFAULT);
        var trigger = new Trigger(Trigger.SCHEDULE, "sch_06b7gd98g07rk4q3v8x2m5n9te", "2026-11-24T09:59:59.000Z");
        return ActivationRecord.accept(Records.with(plain, "trigger", trigger), RUN_SPEC);
    }

    static ActivationRecord.Queued withCallback() {
        var plain = activation(ID, Delivery.AT_LEAST_ONCE, Retry.DEFAULT);
        var callback =
                new Activation.Callback("https://erp.example/done", null, List.of(Activation.Callback.Outcome.FAILURE));
        return ActivationRecord.accept(Records.with(plain, "callback", callback), RUN_SPEC);
    }

    static Activation activation(String id, Delivery delivery, Retry retry) {
        return new Activation(
                id,
                OWNER,
                new FunctionKey(FUNCTION, "resize", 3),
                "registry.example/resize:1.4",
                delivery,
                300,
                retry,
                NOW,
                NOW.plus(Duration.ofDays(1)),
                Map.of("b", "2", "a", "1"),
                "7c1f0a9be2d34856",
                null);
    }

    static ActivationRecord.Running running() {
        return queued().claim(WORKER, "run-1", NOW.plusMillis(5));
    }

    static Report succeeded(long lastOutput) {
        return new Report(
                Report.Exit.succeeded(),
                new Report.Usage(NOW.plusMillis(7), NOW.plusMillis(47), 2, 40, 3L, 1200L),
                new Report.Output("done ☃", 8, false, 0, false, lastOutput),
                new Report.Container("sha256:abc", FunctionSpec.Mode.ISOLATED, null));
    }

    /** Its first attempt has failed, the second is due a second later. */
    static ActivationRecord.Queued retried() {
        var failed = new Report(
                new Report.Exit(Status.FAILED, Reason.EXIT_CODE, null, 3, null, 0),
                new Report.Usage(NOW.plusMillis(7), NOW.plusMillis(47), 2, 40, 3L, 1200L),
                Report.Output.NONE,
                Report.Container.NONE);
        return (ActivationRecord.Queued) queued(Delivery.AT_LEAST_ONCE, retry(2))
                .claim(WORKER, "run-1", NOW.plusMillis(5))
                .finish(failed, Duration.ofSeconds(1));
    }

    /** The second attempt pulled the image. */
    static ActivationRecord endedLater() {
        var report = new Report(
                Report.Exit.succeeded(),
                new Report.Usage(NOW.plusMillis(1200), NOW.plusMillis(1240), 150, 40, 3L, 1200L, 120L),
                new Report.Output("done ☃", 8, false, 0, false, 4712),
                new Report.Container("sha256:abc", FunctionSpec.Mode.ISOLATED, null, Report.Container.Origin.BOOTED));
        return retried().claim(WORKER, "run-2", NOW.plusMillis(1050)).finish(report, Duration.ZERO);
    }

    static Report failed(Reason reason) {
        var status = reason == Reason.TIMED_OUT ? Status.TIMED_OUT : Status.FAILED;
        return Report.withoutOutcome(status, reason, "It did not work.", NOW.plusMillis(47));
    }

    static Retry retry(int attempts) {
        return new Retry(attempts, 1, List.of(FunctionSpec.Cause.EXIT_CODE));
    }
}
