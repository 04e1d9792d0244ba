package dev.faas.gateway.hook;

import dev.faas.acceptance.Acceptance;
import dev.faas.acceptance.Accepted;
import dev.faas.acceptance.SubmitRequest;
import dev.faas.activation.Activation.Trigger;
import dev.faas.activation.Status;
import dev.faas.gateway.function.Functions;
import dev.faas.gateway.quota.SteadyRates;
import dev.faas.gateway.read.ActivationStatus;
import dev.faas.gateway.read.JsonBody;
import dev.faas.hook.PublishedHook;
import dev.faas.hook.ReceivedMessage;
import dev.faas.hook.RefusedRequests.Request;
import dev.faas.http.Bodies;
import dev.faas.http.HttpService;
import dev.faas.nats.Nats;
import dev.faas.nats.retry.BusRetry;
import dev.faas.wire.FunctionRef;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.ProblemException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Receives requests at the addresses of hooks, and submits for their owners.
 *
 * <pre>
 *   is there a hook with this secret? ─▶ is it paused? ─▶ too many? ─▶ too large? ─▶ signature of the raw body
 *   ─▶ is it selected? ─▶ delivery id, argument, tags ─▶ accept
 * </pre>
 */
public final class HookRoutes {
    private static final String KEY = HookRoutes.class.getName();
    private static final int KIB = 1 << 10;
    private static final int PAUSED_RETRY_SECONDS = 60;
    private static final Map<String, String> IGNORED = Map.of("status", Request.IGNORED);

    private final HookCache hooks;
    private final Functions functions;
    private final Acceptance acceptance;
    private final HookQuestions questions;
    private final RefusedHookRequests refused;
    private final HookMeters meters;
    private final InstantSource clock;
    private final SteadyRates rates = new SteadyRates();

    /** @param acceptance whose keys are ids of deliveries */
    public HookRoutes(
            HookCache hooks,
            Functions functions,
            Acceptance acceptance,
            Nats nats,
            RefusedHookRequests refused,
            MeterRegistry meters,
            InstantSource clock) {
        this.hooks = hooks;
        this.functions = functions;
        this.acceptance = acceptance;
        this.questions = new HookQuestions(nats);
        this.refused = refused;
        this.meters = new HookMeters(meters);
        this.clock = clock;
    }

    /** A request that has the right address. */
    private static final class Admitted {
        private final String id;
        private final PublishedHook hook;
        private @Nullable String deliveryId;
        private boolean isIgnored;

        private Admitted(String id, PublishedHook hook) {
            this.id = id;
            this.hook = hook;
        }

        private static Admitted of(RoutingContext ctx) {
            return Objects.requireNonNull(find(ctx));
        }

        /** Null: the request has not the address of a hook. */
        private static @Nullable Admitted find(RoutingContext ctx) {
            return ctx.get(KEY);
        }
    }

    /** Refuses what can be refused without the body. */
    public void admit(RoutingContext ctx) {
        long since = System.nanoTime();
        ctx.addEndHandler(ended -> note(ctx, Duration.ofNanos(System.nanoTime() - since)));
        var id = ctx.pathParam("hookId");
        var hook = hooks.find(id, ctx.pathParam("secret"), clock.instant()).orElseThrow(HookRoutes::notFound);
        ctx.put(KEY, new Admitted(id, hook));
        if (hook.paused()) {
            throw Problem.of(
                            503,
                            "hook_paused",
                            "Hook paused",
                            "The owner of this hook has paused it. Nothing was accepted. Try again later.")
                    .withRetryAfter(PAUSED_RETRY_SECONDS)
                    .asException();
        }
        int perSecond = hook.spec().limits().ratePerSecond();
        var decision = rates.count(id, perSecond);
        if (decision.isRefused()) {
            throw Problem.rateLimited(
                            "More than " + perSecond
                                    + " requests a second came to this hook. Nothing was accepted. Try again in "
                                    + decision.seconds() + " s.",
                            decision.seconds())
                    .asException();
        }
        requireReadable(ctx);
        ctx.next();
    }

    private static void requireReadable(RoutingContext ctx) {
        var encoding = ctx.request().getHeader(HttpHeaders.CONTENT_ENCODING);
        var contentType = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
        var type = contentType == null ? "" : ReceivedMessage.mediaType(contentType);
        if ((encoding != null && !encoding.equalsIgnoreCase("identity"))
                || type.startsWith("multipart/")
                || type.equals("application/cloudevents-batch+json")) {
            throw Problem.of(
                            415,
                            "unsupported_media_type",
                            "Unsupported media type",
                            "A hook takes any type but multipart and batches of CloudEvents, without a Content-Encoding."
                                    + " Send the body as JSON.")
                    .asException();
        }
    }

    /** Reads the body of an admitted request. */
    public Handler<RoutingContext> body() {
        return Bodies.raw(ctx -> Admitted.of(ctx).hook.spec().limits().maxBodyKb() * KIB);
    }

    /** Of an admitted request whose body is read. */
    public Future<Buffer> receive(RoutingContext ctx) {
        var admitted = Admitted.of(ctx);
        var spec = admitted.hook.spec();
        var request = new ReceivedMessage(
                ctx.request().headers().entries(), Bodies.bytes(ctx).getBytes());
        var signature = hooks.signature(admitted.id);
        if (signature.isPresent() && !signature.get().isValid(request, request.body(), clock.instant())) {
            ctx.response().putHeader("WWW-Authenticate", "Signature");
            throw invalidSignature();
        }
        if (!HookSubmission.isSelected(request, spec)) {
            admitted.isIgnored = true;
            return Future.succeededFuture(answer(ctx, IGNORED));
        }
        var deliveryId = DeliveryId.of(request, spec);
        admitted.deliveryId = deliveryId.orElse(null);
        var sender = Sender.of(ctx);
        var submission = HookSubmission.of(request, spec, admitted.id, deliveryId, sender.requestId(), clock.instant());
        var trigger = new Trigger(Trigger.HOOK, admitted.id, deliveryId.orElse(""));
        return findFunction(admitted.hook, sender)
                .map(function -> new SubmitRequest(
                        function,
                        submission,
                        "",
                        deliveryId.map(key -> DeliveryId.toKey(key, request.body())),
                        sender,
                        trigger,
                        null,
                        null))
                .compose(submit -> acceptance.accept(
                        submit, activation -> questions.findActivation(admitted.hook.owner(), activation)))
                .recover(failure -> Future.failedFuture(whenPaused(failure)))
                .map(accepted -> answer(ctx, new ActivationStatus(id(accepted), Status.QUEUED)));
    }

    private Future<FunctionRevision> findFunction(PublishedHook hook, Sender sender) {
        var target = hook.function();
        var ref = new FunctionRef(
                target.id(), target.revision() == null ? OptionalInt.empty() : OptionalInt.of(target.revision()));
        var text = target.revision() == null ? target.id() : target.id() + "@" + target.revision();
        return functions.find(
                ref,
                hook.owner(),
                sender,
                () -> questions.findFunction(hook.owner(), text).map(found -> found.orElseThrow(HookRoutes::notFound)));
    }

    /** A sender cannot resume the function; it can come again. */
    private static Throwable whenPaused(Throwable failure) {
        return failure instanceof ProblemException refused && refused.problem().isFunctionPaused()
                ? Problem.of(
                                503,
                                "function_paused",
                                "Function paused",
                                "The owner of this hook has paused its function. Nothing was accepted. Try again later.")
                        .withRetryAfter(PAUSED_RETRY_SECONDS)
                        .asException()
                : failure;
    }

    private static String id(Accepted accepted) {
        return switch (accepted) {
            case Accepted.InStream(var newest) -> newest.record().id();
            case Accepted.InLedger(var id, var _) -> id;
        };
    }

    private static Buffer answer(RoutingContext ctx, Object body) {
        ctx.response().setStatusCode(202);
        return JsonBody.of(ctx, body);
    }

    private void note(RoutingContext ctx, Duration took) {
        int status = ctx.response().getStatusCode();
        var admitted = Admitted.find(ctx);
        if (status == 202 && admitted != null && !admitted.isIgnored) {
            meters.accepted(took);
            return;
        }
        var outcome = status == 202 ? Request.IGNORED : reason(ctx, status);
        meters.count(outcome);
        if (admitted != null) {
            refused.add(new Request(admitted.id, clock.instant(), status, outcome, admitted.deliveryId));
        }
    }

    private static String reason(RoutingContext ctx, int status) {
        if (ctx.failure() instanceof ProblemException refusal) {
            return refusal.problem().code();
        }
        return switch (status) {
            case 200 -> "disconnected";
            case 408 -> "request_timeout";
            case 413 -> "body_too_large";
            default -> status < 500 ? "invalid_request" : "internal";
        };
    }

    /** The same for a hook that is not there, and for a wrong secret. */
    private static RuntimeException notFound() {
        return Problem.of(404, "hook_not_found", "Hook not found", "There is no hook at this address.")
                .asException();
    }

    private static RuntimeException invalidSignature() {
        return Problem.of(
                        401,
                        "invalid_signature",
                        "Invalid signature",
                        "The request has no valid signature by one of the hook's secrets, or it is older than 5 minutes."
                                + " Nothing was accepted.")
                .asException();
    }

    /** Who sent a request, as far as is known. */
    private record Sender(String requestId, long since, BooleanSupplier disconnected) implements BusRetry.Request {
        static Sender of(RoutingContext ctx) {
            return new Sender(HttpService.requestId(ctx), System.nanoTime(), ctx.response()::closed);
        }

        @Override
        public Duration age() {
            return Duration.ofNanos(System.nanoTime() - since);
        }

        @Override
        public boolean hasDisconnected() {
            return disconnected.getAsBoolean();
        }
    }
}
