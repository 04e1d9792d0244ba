package dev.faas.gateway.submit;

import dev.faas.acceptance.IdempotencyKey;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.ActivationRecord;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import java.util.Optional;

/** Prepares a new activation with the argument, revision, time limit and tags of an earlier one. */
public final class Replay {
    private final ActivationReader reader;
    private final Functions functions;

    public Replay(ActivationReader reader, Functions functions) {
        this.reader = reader;
        this.functions = functions;
    }

    /**
     * Fails with {@code activation_not_found}, with {@code function_not_found} when the function was deleted, or with
     * {@code result_expired} when the argument has expired.
     */
    public Future<SubmitRequest> prepare(String id, Optional<IdempotencyKey> key, Caller caller) {
        return getAccepted(id, caller)
                .compose(original -> functions
                        .find(original.activation().function().id(), caller)
                        .map(current -> SubmitRequest.replay(original, current, key, null, caller)));
    }

    /** A deleted function is reported before an expired argument, which the caller could still submit anew. */
    private Future<ActivationRecord.Queued> getAccepted(String id, Caller caller) {
        return reader.getAccepted(id, caller)
                .recover(failure -> failure instanceof ProblemException refused
                                && refused.problem().code().equals("result_expired")
                        ? requireFunction(id, caller).compose(there -> Future.failedFuture(failure))
                        : Future.failedFuture(failure));
    }

    private Future<FunctionRevision> requireFunction(String id, Caller caller) {
        return reader.getFromLedger(id, caller)
                .compose(entry -> functions.find(
                        entry.record().path("function").path("id").asText(), caller));
    }
}
