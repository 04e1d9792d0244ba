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
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final int LONG_ENOUGH_TO_PASS = 300;

    private ServerSocket server;
    private FaultyLink cable;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, HERE);
        cable = FaultyLink.to(server.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        cable.close();
        server.close();
    }

    @Test
    void givenACable_whenOneSideEndsWhatItSays_thenTheOtherHearsThatAndMayStillAnswer() throws IOException {
        try (var near = new Socket(HERE, cable.port());
                var far = server.accept()) {
            say(near, "question");
            near.shutdownOutput();

            assertThat(far.getInputStream().readAllBytes()).isEqualTo(bytes("question"));
            say(far, "answer");
            far.shutdownOutput();
            assertThat(near.getInputStream().readAllBytes()).isEqualTo(bytes("answer"));
        }
    }

    @Test
    void givenOneThatRefuses_whenMended_thenOnlyWhatConnectsAfterwardsPasses() throws IOException {
        try (var before = new Socket(HERE, cable.port());
                var far = server.accept()) {
            cable.refuse();

            assertThat(far.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(() -> new Socket(HERE, cable.port()).close()).isInstanceOf(IOException.class);

            cable.mend();
            assertThat(before.getInputStream().read()).isEqualTo(-1);
        }
        try (var after = new Socket(HERE, cable.port());
                var far = server.accept()) {
            say(after, "x");
            assertThat(far.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void givenOneThatSwallows_whenMended_thenWhatWasSaidMeanwhileArrives() throws IOException {
        try (var near = new Socket(HERE, cable.port());
                var far = server.accept()) {
            cable.swallow();
            say(near, "x");
            far.setSoTimeout(LONG_ENOUGH_TO_PASS);
            assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            try (var newcomer = new Socket(HERE, cable.port())) {
                newcomer.setSoTimeout(LONG_ENOUGH_TO_PASS);
                assertThatThrownBy(() -> newcomer.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

                cable.mend();
                assertThat(far.getInputStream().read()).isEqualTo('x');
                try (var answering = server.accept()) {
                    say(answering, "y");
                    assertThat(newcomer.getInputStream().read()).isEqualTo('y');
                }
            }
        }
    }

    @Test
    void givenOneThatDelays_whenMended_thenAnswersHaveWaitedAndQuestionsHaveNot() throws IOException {
        try (var near = new Socket(HERE, cable.port());
                var far = server.accept()) {
            cable.delay(Duration.ofMillis(LONG_ENOUGH_TO_PASS));
            say(near, "x");
            assertThat(far.getInputStream().read()).isEqualTo('x');
            long asked = System.nanoTime();
            say(far, "y");
            assertThat(near.getInputStream().read()).isEqualTo('y');
            assertThat(System.nanoTime() - asked)
                    .isGreaterThanOrEqualTo(
                            Duration.ofMillis(LONG_ENOUGH_TO_PASS).toNanos());

            cable.delay(Duration.ofHours(1));
            say(far, "z");
            near.setSoTimeout(LONG_ENOUGH_TO_PASS);
            assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            near.setSoTimeout(0);
            cable.mend();
            assertThat(near.getInputStream().read()).isEqualTo('z');
        }
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(bytes(text));
        socket.getOutputStream().flush();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
