package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.activation.ActivationEvent;
import dev.faas.hook.HookQuestion;
import dev.faas.hook.PublishedHook;
import dev.faas.nats.BusException;
import dev.faas.nats.Nats;
import dev.faas.nats.Topology;
import dev.faas.nats.TopologyConfig;
import dev.faas.testing.Await;
import dev.faas.testing.Records;
import dev.faas.wire.Codec;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.FunctionSpec;
import dev.faas.wire.Ids;
import dev.faas.wire.Sha256;
import dev.faas.wire.Subjects;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sender that sends a delivery again, since it got no answer or the same one twice. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class HookRepeatTest extends HookFixture {
    private static final byte[] NOTHING = {};

    private final String delivery = UUID.randomUUID().toString();
    private String address;

    @BeforeEach
    void open() throws Exception {
        address = hook(PLAIN);
    }

    private GatewayAnswer deliver(String body) throws Exception {
        return send(address, body, "X-GitHub-Delivery", delivery);
    }

    private static long queued() {
        return Await.await(faas.queue.stats(function.id())).orElseThrow().queued();
    }

    @Test
    void givenADelivery_whenRepeated_thenTheFirstAnswerIsSentAgain_andAnotherBodyIsRefused() throws Exception {
        var first = deliver("x");

        assertThat(deliver("x").text()).isEqualTo(first.text());
        var other = deliver("y");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.field("code")).isEqualTo("idempotency_key_reused");
        assertThat(send(hook(PLAIN), "y", "X-GitHub-Delivery", delivery).status())
                .as("another hook has ids of its own")
                .isEqualTo(202);
    }

    @Test
    void givenNoDeliveryId_whenRepeated_thenItRunsAgain() throws Exception {
        assertThat(send(address, "x").field("activationId"))
                .isNotEqualTo(send(address, "x").field("activationId"));
    }

    /** An Idempotency-Key of a caller is nothing to a sender, and takes none of its room. */
    @Test
    void givenADelivery_whenItsIdIsAnIdempotencyKeyToo_thenBothAreAccepted() throws Exception {
        var first = deliver("x").field("activationId");

        var submit = faas.send(faas.submission("build", "text/plain", BodyPublishers.ofString("z"))
                .header("Idempotency-Key", delivery));

        assertThat(submit.status()).isEqualTo(202);
        assertThat(submit.field("activationId")).isNotEqualTo(first);
    }

    /** The gateway died between the key and the accept. */
    @Test
    void givenAKeyThatWasMadeButNothingAccepted_whenRepeated_thenItIsAcceptedOnceUnderTheSameId() throws Exception {
        // Its key stays when what was accepted is gone.
        var lost = deliver("x").field("activationId");
        prune(lost);

        try (var _ = ledger(false)) {
            var again = deliver("x");

            assertThat(again.status()).isEqualTo(202);
            assertThat(again.field("activationId")).isEqualTo(lost);
            assertThat(accepted(again).owner()).isEqualTo(faas.alice);
            assertThat(deliver("x").field("activationId")).isEqualTo(lost);
        }
    }

    /** The gateway died between the accept and the answer; the activation has ended since, and its events are gone. */
    @Test
    void givenAnAcceptedDeliveryThatHasEndedAndIsPruned_whenRepeated_thenItDoesNotRunAgain() throws Exception {
        var first = deliver("x").field("activationId");
        prune(first);

        try (var _ = ledger(true)) {
            assertThat(deliver("x").field("activationId")).isEqualTo(first);
        }

        assertThat(Await.await(faas.events.last(first))).isEmpty();
    }

    @Test
    void givenNoRegistry_whenAPrunedDeliveryIsRepeated_thenItIsRefusedForNow() throws Exception {
        prune(deliver("x").field("activationId"));

        var refused = deliver("x");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.field("code")).isEqualTo("unavailable");
        assertThat(refused.header("Retry-After")).isNotEmpty();
    }

    @Test
    void givenManyEqualDeliveriesAtOnce_whenAllAreAnswered_thenThereIsOneActivation() throws Exception {
        long before = queued();
        // Whoever finds the key before the first one's event asks the ledger.
        try (var _ = ledger(false)) {
            var answers = IntStream.range(0, 20)
                    .parallel()
                    .mapToObj(i -> {
                        try {
                            return deliver("x").text();
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    })
                    .distinct()
                    .toList();

            assertThat(answers).hasSize(1);
        }
        Await.until("it is queued", () -> queued() > before);
        assertThat(queued()).isEqualTo(before + 1);
    }

    /** Callers' keys have room of their own. */
    @Test
    void givenNoRoomForAnotherDeliveryId_whenSent_thenOnlyNewOnesAreRefused() throws Exception {
        var known = deliver("x").field("activationId");
        resizeKeys(40_000);
        try {
            try (var other = faas.connectAsGateway()) {
                var bucket = other.kv(Subjects.HOOK_KEYS);
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 1_000; i++) {
                                bucket.put("other" + i, new byte[150]).join();
                            }
                        })
                        .hasCauseInstanceOf(BusException.StreamFull.class);
            }

            var refused =
                    send(address, "x", "X-GitHub-Delivery", UUID.randomUUID().toString());

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.field("code")).isEqualTo("unavailable");
            assertThat(refused.field("detail")).contains("delivery id", "Nothing was accepted");
            assertThat(refused.header("Retry-After")).isEqualTo("60");
            assertThat(deliver("x").field("activationId")).isEqualTo(known);
            assertThat(send(address, "x").status()).as("without an id").isEqualTo(202);
            assertThat(faas.send(faas.submission("build", "text/plain", BodyPublishers.ofString("z"))
                                    .header("Idempotency-Key", delivery))
                            .status())
                    .isEqualTo(202);
        } finally {
            resizeKeys(TopologyConfig.LOCAL.sizes().hookKeys());
        }
    }

    /** Like a registry that starts with another limit. */
    private static void resizeKeys(long bytes) throws Exception {
        Topology.create(
                faas.bus,
                Records.with(
                        TopologyConfig.LOCAL, "sizes", Records.with(TopologyConfig.LOCAL.sizes(), "hookKeys", bytes)));
    }

    @Test
    void givenAFunctionThatTheGatewayHasNotSeen_whenSentTo_thenTheRegistryIsAsked() throws Exception {
        var unseen = new FunctionRevision(
                Ids.function(Instant.now()),
                faas.alice,
                3,
                null,
                Instant.now(),
                Instant.now(),
                FunctionSpec.of("unseen", "registry.example/unseen:1"));
        var id = idOf(address);
        publish(
                id,
                new PublishedHook(
                        faas.alice,
                        new PublishedHook.Target(unseen.id(), 3),
                        PLAIN,
                        null,
                        List.of(new PublishedHook.PathSecret(Sha256.hex(SECRET), null)),
                        false));

        try (var _ = faas.bus.answer(
                Subjects.HOOKS_FUNCTION,
                "registry",
                question -> CompletableFuture.completedFuture(
                        Codec.decode(question, HookQuestion.class).ref().equals(unseen.id() + "@3")
                                ? Codec.encode(unseen)
                                : NOTHING))) {
            Await.await(faas.bus.flush());

            assertThat(accepted(deliver("x")).function().revision()).isEqualTo(3);
        }
    }

    /** A registry whose ledger has all activations, or none. */
    private static Nats.Subscription ledger(boolean hasAll) {
        var answering = faas.bus.answer(
                Subjects.HOOKS_ACTIVATION,
                "registry",
                question -> CompletableFuture.completedFuture(
                        hasAll
                                        && Codec.decode(question, HookQuestion.class)
                                                .owner()
                                                .equals(faas.alice)
                                ? "true".getBytes(StandardCharsets.UTF_8)
                                : NOTHING));
        Await.await(faas.bus.flush());
        return answering;
    }

    /** Like the projector. */
    private static void prune(String id) {
        prune(from -> faas.events.nextOutput(id, from));
        prune(from -> faas.events.nextState(id, from));
    }

    private static <E extends ActivationEvent> void prune(Function<Long, CompletionStage<Optional<E>>> next) {
        for (var event = Await.await(next.apply(1L)); event.isPresent(); event = Await.await(next.apply(1L))) {
            Await.await(faas.events.prune(event.get().sequence()));
        }
    }
}
