package dev.faas.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerSupervisorTest {

    @Test
    void givenAServer_whenItIsKilledTwice_thenItServesAgainOnItsPort(@TempDir Path directory) throws Exception {
        try (var nats = NatsServer.start(directory);
                var supervisor = ServerSupervisor.of("nats-server", nats)) {
            assertThat(supervisor).isNotNull();
            for (int i = 0; i < 2; i++) {
                assertThat(ProcessHandle.of(nats.pid()).orElseThrow().destroyForcibly())
                        .isTrue();
                awaitAnswer(nats.port());
            }
        }
    }

    private static void awaitAnswer(int port) {
        Awaitility.await("the server is back").atMost(Duration.ofSeconds(20)).until(() -> answers(port));
    }

    private static boolean answers(int port) {
        try (var client = new RawNats(port, "")) {
            return client.request("$JS.API.INFO", "").contains("account_info_response");
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void givenAServerThatFailsToStart_whenTheCauseIsGone_thenItIsStarted() throws Exception {
        var server = new UnstableServer(2);
        try (var supervisor = ServerSupervisor.of("stubborn", server)) {
            assertThat(supervisor).isNotNull();
            server.end();

            assertThat(server.starts.poll(20, TimeUnit.SECONDS)).isEqualTo("failed");
            assertThat(server.starts.poll(20, TimeUnit.SECONDS)).isEqualTo("failed");
            assertThat(server.starts.poll(20, TimeUnit.SECONDS)).isEqualTo("started");
        }
    }

    @Test
    void givenAServerThatNeverStarts_whenClosed_thenItIsLeftAlone() throws Exception {
        var server = new UnstableServer(Integer.MAX_VALUE);
        var supervisor = ServerSupervisor.of("stubborn", server);
        server.end();
        assertThat(server.starts.poll(20, TimeUnit.SECONDS)).isEqualTo("failed");

        supervisor.close();

        server.starts.clear();
        assertThat(server.starts.poll(2, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void givenASlowStart_whenClosed_thenItIsInterrupted() throws Exception {
        var begun = new CountDownLatch(1);
        var server = new UnstableServer(0) {
            @Override
            public void restart() throws IOException {
                begun.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        };
        var supervisor = ServerSupervisor.of("slow", server);
        server.end();
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        supervisor.close();
    }

    /** A server whose first starts fail. */
    private static class UnstableServer implements ServerSupervisor.Supervised {
        private final BlockingQueue<String> starts = new LinkedBlockingQueue<>();
        private final int failures;
        private volatile CompletableFuture<String> exit = new CompletableFuture<>();
        private int attempts;

        UnstableServer(int failures) {
            this.failures = failures;
        }

        void end() {
            exit.complete("ended");
        }

        @Override
        public CompletableFuture<?> onExit() {
            return exit;
        }

        @Override
        public void restart() throws IOException {
            if (attempts++ < failures) {
                starts.add("failed");
                throw new IOException("no room");
            }
            exit = new CompletableFuture<>();
            starts.add("started");
        }
    }
}
