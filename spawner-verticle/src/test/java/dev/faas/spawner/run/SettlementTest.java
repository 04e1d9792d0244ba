package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationRecord.Queued;
import dev.faas.activation.CommandQueue.Puller;
import dev.faas.activation.Reason;
import dev.faas.nats.Delivery;
import dev.faas.nats.PullInbox.PullResult;
import dev.faas.spawner.Platform;
import dev.faas.spawner.Specs;
import dev.faas.wire.FunctionRevision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a command is not settled after its lease: a late NAK would take it from its new holder, a late ACK would remove it. */
final class SettlementTest {
    private static final RunTiming SHORT =
            new RunTiming(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private Platform platform;
    private FunctionRevision function;
    private Puller other;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        platform = Platform.start(directory);
        function = platform.function(Specs.of("never run"));
        other = platform.queue.openPuller(late -> {});
    }

    @AfterEach
    void stop() throws Exception {
        other.close();
        platform.close();
    }

    private Delivery pull(Puller puller) throws Exception {
        var pulled = Platform.get(puller.pull(function.id(), Duration.ofSeconds(5)));
        assertThat(pulled).isInstanceOf(PullResult.Message.class);
        return ((PullResult.Message) pulled).delivery();
    }

    /** A lease that was lost while another holder got the command. */
    private Settlement late(String id) throws Exception {
        Delivery first;
        try (var frozen = platform.queue.openPuller(late -> {})) {
            first = pull(frozen);
        }
        var lost = new CountDownLatch(1);
        var lease = Lease.start("lease", CompletableFuture::new, SHORT, () -> {}, lost::countDown);
        assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
        platform.deleteConsumer(function);
        Platform.get(platform.queue.ensureConsumer(function));
        assertThat(pull(other).subject()).endsWith(id);
        return new Settlement(first, lease, platform.queue, InstantSource.system());
    }

    private void stillTheOthers(String id) throws Exception {
        assertThat(platform.queued(function, id)).isTrue();
        assertThat(Platform.get(other.pull(function.id(), Duration.ofMillis(200))))
                .as("no other holder gets it")
                .isInstanceOf(PullResult.Empty.class);
    }

    @Test
    void givenALeaseThatIsLost_whenTheRunHasEnded_thenTheCommandOfTheNewHolderStays() throws Exception {
        var id = platform.submit(function, "");
        var settlement = late(id);

        settlement.ack();

        stillTheOthers(id);
    }

    @Test
    void givenALeaseThatIsLost_whenTheRunIsHandedBack_thenTheNewHolderKeepsTheCommand() throws Exception {
        var id = platform.submit(function, "");
        var settlement = late(id);

        assertThat(settlement.handBack(Duration.ZERO)).isEmpty();

        stillTheOthers(id);
    }

    @Test
    void givenALeaseThatIsLost_whenAnotherAttemptIsToWait_thenNothingIsParked() throws Exception {
        var id = platform.submit(function, "");
        var settlement = late(id);
        var queued = ((Queued) platform.state(id));
        var waiting = new Queued(
                queued.activation(),
                0,
                1,
                Instant.now().plusSeconds(20),
                Reason.START_FAILED,
                null,
                queued.expiresAt(),
                false,
                List.of());

        assertThat(settlement.requeue(waiting)).isEmpty();

        assertThat(platform.parked(id)).isFalse();
        stillTheOthers(id);
    }
}
