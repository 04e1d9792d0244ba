package dev.faas.dispatcher.delivery;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.acceptance.Submission;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation.Cause;
import dev.faas.activation.RunSpec;
import dev.faas.destination.DestinationSpec.FunctionTarget;
import dev.faas.dispatcher.delivery.FunctionCallStore.SubmitId;
import dev.faas.dispatcher.submit.NamedSubmits;
import dev.faas.dispatcher.submit.SubmitOrigin;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Ids;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Makes one attempt of a delivery: submits an activation of the destination's function, under an id that the delivery has from
 * before, so that a repeat after a crash makes no second one.
 *
 * <pre>
 *   accepted, now or earlier ─▶ succeeded
 *   429, 503, a paused function ─▶ a refused attempt; the next one has a fresh id
 *   outcome unknown, no answer ─▶ a failed attempt; the next one has the same id
 *   another refusal, no function, no argument, too deep ─▶ failed
 * </pre>
 */
final class FunctionSender implements Sender {
    private static final String UNKNOWN = "outcome_unknown";

    private final FunctionCallStore store;
    private final NamedSubmits submits;

    FunctionSender(FunctionCallStore store, NamedSubmits submits) {
        this.store = store;
        this.submits = submits;
    }

    @Override
    public Future<Attempted> send(Claimed delivery, @Nullable EndedRecord record) {
        var begun = Begun.now(delivery);
        try {
            return store.claimId(delivery.id(), Ids.activation(Instant.now()))
                    .compose(claimed -> claimed.map(id -> send(begun, record, id))
                            .orElseGet(() -> Future.succeededFuture(Attempted.over(delivery, "destination_deleted"))))
                    .recover(failure -> Future.succeededFuture(begun.unanswered(failure)));
        } catch (RuntimeException e) {
            return Future.succeededFuture(begun.unanswered(e));
        }
    }

    /** An id of an earlier attempt may be accepted, and then nothing else matters. */
    private Future<Attempted> send(Begun begun, @Nullable EndedRecord record, SubmitId id) {
        if (id.isNew()) {
            return submit(begun, record, id.id());
        }
        return submits.isAccepted(id.id(), submits::findInLedger).compose(isAccepted -> {
            if (isAccepted) {
                return Future.succeededFuture(accepted(begun, id.id()));
            }
            return NamedSubmits.isTooOld(id.id())
                    ? Future.succeededFuture(Attempted.over(begun.delivery(), UNKNOWN))
                    : submit(begun, record, id.id());
        });
    }

    private Future<Attempted> submit(Begun begun, @Nullable EndedRecord record, String id) {
        var delivery = begun.delivery();
        var owner = delivery.destination().owner();
        if (record == null && delivery.event().activationId() != null) {
            return over(delivery, "record_expired");
        }
        var cause = record == null ? null : record.cause();
        if (cause != null && cause.depth() > Cause.MAX_DEPTH) {
            return over(delivery, "chain_too_deep");
        }
        if (submits.isSuspended(owner)) {
            return over(delivery, "suspended");
        }
        var target = Objects.requireNonNull(delivery.destination().spec().function());
        return store.findFunction(owner, target).compose(function -> {
            if (function.isEmpty()) {
                return over(delivery, "function_deleted");
            }
            return argument(delivery, record, target).compose(argument -> switch (argument) {
                case Argument.Text(var text) -> accept(begun, function.get(), text, cause, id);
                case Argument.None(var reason) -> over(delivery, reason);
            });
        });
    }

    private static Future<Attempted> over(Claimed delivery, String reason) {
        return Future.succeededFuture(Attempted.over(delivery, reason));
    }

    private Future<Attempted> accept(
            Begun begun, FunctionRevision function, String argument, @Nullable Cause cause, String id) {
        var request = new SubmitRequest(
                function,
                new Submission(argument, OptionalInt.empty(), Map.of()),
                "",
                Optional.empty(),
                new SubmitOrigin(begun.delivery().id()),
                null,
                null,
                cause);
        return submits.accept(id, request, submits::findInLedger)
                .map(accepted -> accepted(begun, id))
                .recover(failure -> failure instanceof ProblemException refusal
                        ? refused(begun, refusal.problem(), id)
                        : Future.failedFuture(failure));
    }

    private static Attempted accepted(Begun begun, String id) {
        return begun.accepted(JsonNodeFactory.instance.objectNode().put("activationId", id));
    }

    private Future<Attempted> refused(Begun begun, Problem problem, String id) {
        var attempted = begun.refused(problem);
        return problem.code().equals(UNKNOWN)
                ? Future.succeededFuture(attempted)
                : store.dropId(begun.delivery().id(), id).map(attempted);
    }

    private sealed interface Argument {
        record Text(String text) implements Argument {}

        /** The delivery fails. */
        record None(String reason) implements Argument {}

        None TOO_LARGE = new None("argument_too_large");
        None NO_TEXT = new None("result_not_text");
        None EXPIRED = new None("result_expired");
    }

    private Future<Argument> argument(Claimed delivery, @Nullable EndedRecord record, FunctionTarget target) {
        if (record == null || !target.passesResult()) {
            var text = delivery.event().toBody(record).toString();
            return Future.succeededFuture(toArgument(Buffer.buffer(text)));
        }
        long length = record.ended().report().output().resultBytes();
        if (length == 0) {
            return Future.succeededFuture(new Argument.Text(""));
        }
        return length > RunSpec.MAX_ARGUMENT_BYTES
                ? Future.succeededFuture(Argument.TOO_LARGE)
                : store.findResult(Objects.requireNonNull(delivery.event().activationId()))
                        .map(found -> found.map(FunctionSender::toArgument).orElse(Argument.EXPIRED));
    }

    private static Argument toArgument(Buffer bytes) {
        if (bytes.length() > RunSpec.MAX_ARGUMENT_BYTES) {
            return Argument.TOO_LARGE;
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes()))
                    .toString();
            return text.indexOf('\0') < 0 ? new Argument.Text(text) : Argument.NO_TEXT;
        } catch (CharacterCodingException e) {
            return Argument.NO_TEXT;
        }
    }
}
