package dev.faas.registry.hook;

import dev.faas.hook.HookQuestion;
import dev.faas.hook.RefusedRequests;
import dev.faas.lifecycle.Lifecycle;
import dev.faas.nats.Nats;
import dev.faas.wire.Codec;
import dev.faas.wire.Codec.CodecException;
import dev.faas.wire.Subjects;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what gateways ask about hooks, and stores which requests they have refused. Each message reaches one registry. */
public final class HookMessages {
    private static final Logger LOG = LoggerFactory.getLogger(HookMessages.class);
    private static final String GROUP = "registry";
    private static final byte[] NOTHING = {};

    private HookMessages() {}

    /** Until the stop. */
    public static void follow(Lifecycle.Steps on, Nats nats, QuestionStore questions, RefusalStore refusals)
            throws Exception {
        on.open(
                "activations of hooks",
                () -> nats.answer(
                        Subjects.HOOKS_ACTIVATION,
                        GROUP,
                        question -> answer(
                                question,
                                it -> questions
                                        .hasActivation(it.owner(), it.ref())
                                        .map(found -> found ? Codec.write(true) : NOTHING))),
                Nats.Subscription::close);
        on.open(
                "functions of hooks",
                () -> nats.answer(
                        Subjects.HOOKS_FUNCTION,
                        GROUP,
                        question -> answer(
                                question,
                                it -> questions
                                        .findFunction(it.owner(), it.ref())
                                        .map(found -> found.orElse(NOTHING)))),
                Nats.Subscription::close);
        on.open(
                "refused requests of hooks",
                () -> nats.subscribe(
                        Subjects.HOOKS_REFUSED,
                        GROUP,
                        message -> store(refusals, message.message().bytes())),
                Nats.Subscription::close);
    }

    private static CompletionStage<byte[]> answer(byte[] bytes, Function<HookQuestion, Future<byte[]>> find) {
        try {
            return find.apply(Codec.decode(bytes, HookQuestion.class)).toCompletionStage();
        } catch (CodecException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void store(RefusalStore refusals, byte[] bytes) {
        try {
            var refused = Codec.decode(bytes, RefusedRequests.class).requests();
            if (!refused.isEmpty()) {
                refusals.add(refused)
                        .onFailure(failure -> LOG.warn(
                                "refused requests of hooks lost count={} cause={}",
                                refused.size(),
                                failure.toString()));
            }
        } catch (CodecException e) {
            LOG.warn("refused requests of hooks not decoded cause={}", e.getMessage());
        }
    }
}
