package dev.faas.gateway.hook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.hook.HookQuestion;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/** Asks a registry for hooks, through NATS: a hook's request has no token for its API. Call it on an event loop. */
final class HookQuestions {
    private final Nats nats;

    HookQuestions(Nats nats) {
        this.nats = nats;
    }

    /** Fails with {@code unavailable} when no registry answers. */
    Future<Optional<JsonNode>> findActivation(String owner, String id) {
        return ask(Subjects.HOOKS_ACTIVATION, owner, id).map(found -> found.map(Codec::readTree));
    }

    /**
     * Fails as {@link #findActivation} does.
     *
     * @param ref an id, with or without a revision
     */
    Future<Optional<FunctionRevision>> findFunction(String owner, String ref) {
        return ask(Subjects.HOOKS_FUNCTION, owner, ref)
                .map(found -> found.map(bytes -> Codec.decode(bytes, FunctionRevision.class)));
    }

    private Future<Optional<byte[]>> ask(String subject, String owner, String ref) {
        return Future.fromCompletionStage(
                        nats.ask(subject, Codec.encode(new HookQuestion(owner, ref))), Vertx.currentContext())
                .map(answer -> answer.length == 0 ? Optional.<byte[]>empty() : Optional.of(answer))
                .recover(failure -> Future.failedFuture(
                        BusException.unwrap(failure) instanceof BusException
                                ? Problem.unavailable("registry-service").asException()
                                : failure));
    }
}
