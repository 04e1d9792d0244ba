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
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final Fake server = new Fake();

    @Test
    void givenAServerThatHasStarted_whenClosed_thenItIsStopped() throws Exception {
        var starting = StartingServer.of("fake", () -> server);
        assertThat(starting.get()).isSameAs(server);

        starting.close();

        assertThat(server.closed).isTrue();
    }

    @Test
    void givenAStartThatWaits_whenClosed_thenItIsInterrupted() throws Exception {
        var starting = StartingServer.of("fake", () -> {
            running.countDown();
            go.await();
            return server;
        });
        running.await();

        starting.close();

        assertThatThrownBy(starting::get).isInstanceOf(InterruptedException.class);
        assertThat(server.closed).isFalse();
    }

    @Test
    void givenAStartThatIgnoresTheInterrupt_whenClosed_thenItsServerIsStopped() throws Exception {
        var starting = StartingServer.of("fake", () -> {
            running.countDown();
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return server;
        });
        running.await();

        starting.close();

        assertThat(server.closed).isTrue();
    }

    @Test
    void givenAStartThatFails_whenGet_thenItsFailureIsThrown() throws Exception {
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
