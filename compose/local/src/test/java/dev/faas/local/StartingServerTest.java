package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StartingServerTest {
    private final CountDownLatch under = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final Fake server = new Fake();

    @Test
    void givenAServerNobodyHasAskedFor_whenClosed_thenItIsStopped() throws Exception {
        var starting = StartingServer.of("fake", () -> server);
        assertThat(starting.get()).isSameAs(server);

        starting.close();

        assertThat(server.closed).isTrue();
    }

    @Test
    void givenAStartThatWaits_whenClosed_thenItGivesUp() throws Exception {
        var starting = StartingServer.of("fake", () -> {
            under.countDown();
            go.await();
            return server;
        });
        under.await();

        starting.close();

        assertThatThrownBy(starting::get).isInstanceOf(InterruptedException.class);
        assertThat(server.closed).isFalse();
    }

    @Test
    void givenAStartThatIsPastItsWaits_whenClosed_thenItsServerIsStoppedAllTheSame() throws Exception {
        var starting = StartingServer.of("fake", () -> {
            under.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return server;
        });
        under.await();

        starting.close();

        assertThat(server.closed).isTrue();
    }

    @Test
    void givenAStartThatFails_whenAsked_thenItFailsAsThatDid() throws Exception {
        try (var starting = StartingServer.<Fake>of("fake", () -> {
            throw new InterruptedIOException("no such luck");
        })) {
            assertThatThrownBy(starting::get)
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("no such luck");
        }
    }

    private static final class Fake implements Closeable {
        private volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }
}
