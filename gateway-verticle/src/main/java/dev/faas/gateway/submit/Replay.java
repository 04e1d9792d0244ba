package dev.faas.gateway.submit;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.ActivationRecord;
import dev.faas.activation.RunSpec;
import dev.faas.gateway.forward.BusAnswer;
import dev.faas.gateway.forward.Caller;
import dev.faas.gateway.forward.RegistryClient;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.read.ActivationReader;
import dev.faas.wire.FunctionRevision;
import io.vertx.core.Future;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes a new activation of an earlier one: the same argument, the same revision, time limit and tags. */
public final class Replay {
    private final ActivationReader reader;
    private final ActivationEvents events;
    private final RegistryClient registry;
    private final Functions functions;

    public Replay(ActivationReader reader, ActivationEvents events, RegistryClient registry, Functions functions) {
        this.reader = reader;
        this.events = events;
        this.registry = registry;
        this.functions = functions;
    }

    /**
     * What is to be accepted. Fails with {@code activation_not_found}, with {@code function_not_found} when the function is
     * deleted, with {@code result_expired} when the argument is kept no longer.
     */
    public Future<SubmitRequest> of(String id, Optional<IdempotencyKey> key, Caller caller) {
        return accepted(id, caller)
                .compose(original -> functions
                        .find(original.activation().function().id(), caller)
                        .map(current -> again(original, current, key, caller)));
    }

    /** Its accepted event: the stream has it until it is pruned, the ledger for long after. */
    private Future<ActivationRecord.Queued> accepted(String id, Caller caller) {
        return reader.alive(id, caller)
                .compose(alive -> alive.isEmpty()
                        ? registry.accepted(id, caller)
                        : BusAnswer.answer(events.acceptedState(id))
                                .compose(found -> found.map(Future::succeededFuture)
                                        .orElseGet(() -> registry.accepted(id, caller))));
    }

    private static SubmitRequest again(
            ActivationRecord.Queued original, FunctionRevision current, Optional<IdempotencyKey> key, Caller caller) {
        var activation = original.activation();
        RunSpec order = Objects.requireNonNull(original.order());
        var revision = new FunctionRevision(
                current.id(),
                current.owner(),
                activation.function().revision(),
                null,
                current.createdAt(),
                current.updatedAt(),
                order.spec());
        var submission =
                new Submission(order.argument(), OptionalInt.of(activation.timeoutSeconds()), activation.tags());
        return new SubmitRequest(revision, submission, "replay of " + activation.id(), key, caller);
    }
}
