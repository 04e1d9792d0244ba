package dev.faas.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class FaultyLinkTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final int LONG_ENOUGH_TO_PASS = 300;

    private ServerSocket server;
    private FaultyLink link;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, LOOPBACK);
        link = FaultyLink.to(server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        link.close();
        server.close();
    }

    @Test
    void givenALink_whenOneSideEndsItsOutput_thenTheOtherMayStillAnswer() throws IOException {
        try (var near = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            send(near, "request");
            near.shutdownOutput();

            assertThat(far.getInputStream().readAllBytes()).isEqualTo(bytes("request"));
            send(far, "reply");
            far.shutdownOutput();
            assertThat(near.getInputStream().readAllBytes()).isEqualTo(bytes("reply"));
        }
    }

    @Test
    void givenALinkThatRefuses_whenRestored_thenOnlyNewConnectionsPass() throws IOException {
        try (var before = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            link.refuse();

            assertThat(far.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(() -> new Socket(LOOPBACK, link.port()).close()).isInstanceOf(IOException.class);

            link.restore();
            assertThat(before.getInputStream().read()).isEqualTo(-1);
        }
        try (var after = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            send(after, "x");
            assertThat(far.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void givenAStalledLink_whenRestored_thenHeldDataArrives() throws IOException {
        try (var near = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            link.stall();
            send(near, "x");
            far.setSoTimeout(LONG_ENOUGH_TO_PASS);
            assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            try (var newcomer = new Socket(LOOPBACK, link.port())) {
                newcomer.setSoTimeout(LONG_ENOUGH_TO_PASS);
                assertThatThrownBy(() -> newcomer.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

                link.restore();
                assertThat(far.getInputStream().read()).isEqualTo('x');
                try (var answering = server.accept()) {
                    send(answering, "y");
                    assertThat(newcomer.getInputStream().read()).isEqualTo('y');
                }
            }
        }
    }

    @Test
    void givenADelayingLink_whenRestored_thenOnlyRepliesHaveWaited() throws IOException {
        try (var near = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            link.delay(Duration.ofMillis(LONG_ENOUGH_TO_PASS));
            send(near, "x");
            assertThat(far.getInputStream().read()).isEqualTo('x');
            long asked = System.nanoTime();
            send(far, "y");
            assertThat(near.getInputStream().read()).isEqualTo('y');
            assertThat(System.nanoTime() - asked)
                    .isGreaterThanOrEqualTo(
                            Duration.ofMillis(LONG_ENOUGH_TO_PASS).toNanos());

            link.delay(Duration.ofHours(1));
            send(far, "z");
            near.setSoTimeout(LONG_ENOUGH_TO_PASS);
            assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            near.setSoTimeout(0);
            link.restore();
            assertThat(near.getInputStream().read()).isEqualTo('z');
        }
    }

    @Test
    void givenALinkThatSwallowsReplies_whenRestored_thenRequestsHaveArrivedAndOnlyNewConnectionsPass()
            throws IOException {
        try (var before = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            link.swallowReplies();
            send(before, "x");
            assertThat(far.getInputStream().read()).isEqualTo('x');
            send(far, "y");
            before.setSoTimeout(LONG_ENOUGH_TO_PASS);
            assertThatThrownBy(() -> before.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            link.restore();
            assertThat(before.getInputStream().read()).isEqualTo(-1);
        }
        try (var after = new Socket(LOOPBACK, link.port());
                var far = server.accept()) {
            send(far, "z");
            assertThat(after.getInputStream().read()).isEqualTo('z');
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(bytes(text));
        socket.getOutputStream().flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
