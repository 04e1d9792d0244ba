package dev.faas.cli.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Terminal;
import dev.faas.cli.output.Output;
import dev.faas.cli.output.Streams;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LiveViewTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();

    private Output output() {
        var terminal = new Terminal(true, true, true, 60, true, Map.of("TERM", "dumb"));
        return new Output(terminal, new Streams(screen, screen), new Output.Settings(null, null, false, false, true));
    }

    @Test
    void keepsAndMarksTheLastPictureWhileThePlatformIsAwayAndComesBack() throws InterruptedException {
        var asked = new AtomicInteger();

        new LiveView(output(), width -> {
                    if (asked.incrementAndGet() == 2) {
                        throw new Failure(Exit.UNAVAILABLE, "no answer");
                    }
                    return List.of("picture " + asked.get());
                })
                .run(8);

        var pictures = screen.toString(StandardCharsets.UTF_8).split("\u001b\\[H");
        assertThat(pictures)
                .filteredOn(each -> each.contains("picture 1"))
                .anyMatch(each -> each.contains("no contact for "));
        assertThat(pictures[pictures.length - 1])
                .containsPattern("picture [3-9]")
                .doesNotContain("no contact");
    }

    @Test
    void endsWhenAskingAgainWouldNotHelp() {
        assertThatThrownBy(() -> new LiveView(output(), width -> {
                            throw new Failure(Exit.NOT_LOGGED_IN, "your login has ended");
                        })
                        .run(100))
                .isInstanceOf(Failure.class);
    }
}
