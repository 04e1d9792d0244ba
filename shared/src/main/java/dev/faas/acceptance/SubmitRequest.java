package dev.faas.acceptance;

import dev.faas.activation.Activation.Batch;
import dev.faas.activation.Activation.Cause;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Describes an activation to accept.
 *
 * @param source what the request names besides the function: a pinned revision, or an activation to replay
 * @param trigger null: no schedule, hook or source submits it
 * @param batch null: it is submitted by itself
 * @param cause null: no end of another activation submits it
 */
public record SubmitRequest(
        FunctionRevision function,
        Submission submission,
        String source,
        Optional<IdempotencyKey> key,
        BusRetry.Request origin,
        @Nullable Trigger trigger,
        @Nullable Batch batch,
        @Nullable Cause cause) {

    /** Of a user. */
    public SubmitRequest(
            FunctionRevision function,
            Submission submission,
            String source,
            Optional<IdempotencyKey> key,
            BusRetry.Request origin) {
        this(function, submission, source, key, origin, null, null, null);
    }

    /** Of an item of a batch. */
    public SubmitRequest(FunctionRevision function, Submission submission, Batch batch, BusRetry.Request origin) {
        this(function, submission, "", Optional.empty(), origin, null, batch, null);
    }

    /**
     * A new activation with argument, revision, time limit and tags of an earlier one.
     *
     * @param original with its {@link RunSpec}
     * @param current the function as it is now
     * @param batch null: it is submitted by itself
     */
    public static SubmitRequest replay(
            ActivationRecord.Queued original,
            FunctionRevision current,
            Optional<IdempotencyKey> key,
            @Nullable Batch batch,
            BusRetry.Request origin) {
        var activation = original.activation();
        RunSpec runSpec = Objects.requireNonNull(original.order());
        var revision = new FunctionRevision(
                current.id(),
                current.owner(),
                activation.function().revision(),
                null,
                current.createdAt(),
                current.updatedAt(),
                runSpec.spec(),
                current.pauses());
        var submission = new Submission(
                runSpec.argument(),
                OptionalInt.of(activation.timeoutSeconds()),
                activation.tags(),
                Optional.empty(),
                runSpec.variables());
        return new SubmitRequest(revision, submission, "replay of " + activation.id(), key, origin, null, batch, null);
    }

    /** @param ref the function as the request names it */
    public static SubmitRequest of(
            FunctionRevision function,
            String ref,
            Submission submission,
            Optional<IdempotencyKey> key,
            BusRetry.Request origin) {
        int pinned = ref.indexOf('@');
        return new SubmitRequest(function, submission, pinned < 0 ? "" : ref.substring(pinned), key, origin);
    }

    /** An owner may use an Idempotency-Key once in each scope. */
    String scope() {
        return function.owner() + " " + (trigger == null ? function.id() : trigger.id());
    }

    /** Equal for equal requests, however their JSON is written. The function's current revision is no part of it. */
    byte[] content() {
        return key.flatMap(IdempotencyKey::content)
                .map(content -> content.getBytes(StandardCharsets.UTF_8))
                .orElseGet(this::whole);
    }

    private byte[] whole() {
        var parts = new ArrayList<Object>(List.of(source, submission.argument(), new TreeMap<>(submission.tags())));
        submission.timeoutSeconds().ifPresent(parts::add);
        submission.delay().ifPresent(delay -> parts.add(delay.toString()));
        Optional.ofNullable(submission.callback()).ifPresent(parts::add);
        return Codec.write(parts);
    }
}
