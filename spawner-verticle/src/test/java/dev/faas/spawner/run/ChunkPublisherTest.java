package dev.faas.spawner.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.OutputChunk;
import dev.faas.activation.OutputChunk.Source;
import dev.faas.nats.BusFailures;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Tests that a run's chunks are stored completely and in order, even if acknowledgements are lost. */
final class ChunkPublisherTest {
    private final FakeChannel channel = new FakeChannel();
    private final ChunkPublisher publisher = new ChunkPublisher(channel);

    private static OutputChunk chunk(int n) {
        return new OutputChunk(
                "run-1", Source.STDOUT, n * 2L, Instant.EPOCH, ("0" + n).getBytes(StandardCharsets.UTF_8));
    }

    private void send(int from, int to) throws InterruptedException {
        for (int n = from; n <= to; n++) {
            publisher.send(chunk(n));
        }
    }

    private String storedBytes() {
        return new String(channel.bytes(Source.STDOUT), StandardCharsets.UTF_8);
    }

    @Test
    void givenAnswers_whenSent_thenAllAreStoredInOrder() throws Exception {
        send(0, 5);

        assertThat(storedBytes()).isEqualTo("000102030405");
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(12);
        assertThat(publisher.lastSequence()).isEqualTo(6);
    }

    @Test
    void givenTheLastOneWasLost_whenItsAnswerDoesNotCome_thenItIsSentAgain() throws Exception {
        channel.loseOnce(c -> c.offset() == 4, BusFailures.unknown());

        send(0, 2);

        assertThat(storedBytes()).isEqualTo("000102");
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(6);
    }

    @Test
    void givenOneThatWasStored_whenItsAnswerGotLost_thenItIsNotSentTwice() throws Exception {
        channel.failOnceThoughStored(c -> c.offset() == 2, BusFailures.unknown());

        send(0, 1);
        send(2, 3);

        assertThat(storedBytes()).isEqualTo("00010203");
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(8);
        assertThat(publisher.lastSequence()).isEqualTo(4);
    }

    @Test
    void givenNoRoomForAWhile_whenSent_thenWhatIsKeptIsABeginningWithoutHoles() throws Exception {
        send(0, 1);
        channel.full(true);
        send(2, 2);
        channel.full(false);
        send(3, 4);

        assertThat(storedBytes()).isEqualTo("0001");
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(4);
        assertThat(publisher.lastSequence()).isEqualTo(2);
    }

    @Test
    void givenOutputOfAnEarlierRun_whenSent_thenItFollowsThat() throws Exception {
        var earlier = new OutputChunk("run-0", Source.STDOUT, 0, Instant.EPOCH, new byte[] {1});
        channel.store(earlier);
        channel.store(earlier);

        send(0, 1);

        assertThat(channel.storedChunks())
                .extracting(OutputChunk::runId)
                .containsExactly("run-0", "run-0", "run-1", "run-1");
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(4);
        assertThat(publisher.lastSequence()).isEqualTo(4);
    }

    @Test
    void givenAnotherRunThatStillWrites_whenItComesBetween_thenOursGoesOnInOrder() throws Exception {
        send(0, 0);
        channel.store(new OutputChunk("run-0", Source.STDERR, 0, Instant.EPOCH, new byte[] {1}));
        send(1, 1);

        assertThat(storedBytes()).isEqualTo("0001");
        assertThat(publisher.lastSequence()).isEqualTo(3);
    }

    @Test
    void givenAFullStream_whenAChunkIsRefused_thenItAndWhatFollowsAreDropped() throws Exception {
        channel.loseOnce(c -> c.offset() == 2, BusFailures.full());

        send(0, 2);

        assertThat(channel.storedChunks()).extracting(OutputChunk::offset).containsExactly(0L);
        assertThat(publisher.storedBytes(Source.STDOUT)).isEqualTo(2);
    }
}
