package dev.faas.cli.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.StubFixture;
import dev.faas.cli.StubServer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FeedCommandTest extends StubFixture {
    private static final String PATH = "/v1/events";

    private static StubServer.Handler frames(String... frames) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(String.join("", frames).getBytes(StandardCharsets.UTF_8));
            exchange.close();
        };
    }

    private static String frame(int id) {
        return "id: %d\nevent: batch.ended\ndata: {\"type\":\"batch.ended\",\"data\":{\"n\":%d}}\n\n".formatted(id, id);
    }

    /** The last answer ends the client, as a feed has no end. */
    @Test
    void givenAFeedThatIsCut_whenRead_thenItGoesOnAfterTheLastId_alsoOfAFrameWithoutData() {
        server.on("GET", PATH, frames("id: 7\n\n"))
                .on("GET", PATH, frames(":\n\n", frame(8), frame(9)))
                .on(
                        "GET",
                        PATH,
                        410,
                        "{\"status\":410,\"code\":\"events_expired\",\"title\":\"x\",\"detail\":\"too old\"}");

        var run = run("events --types batch.ended,schedule.paused --status failed --tag a=b --batch bat_1");

        assertThat(run.out()).isEqualTo("""
                        {"id":"8","type":"batch.ended","data":{"n":8}}
                        {"id":"9","type":"batch.ended","data":{"n":9}}
                        """);
        assertThat(run.err()).contains("too old");
        assertThat(run.exit()).isEqualTo(6);
        assertThat(server.received())
                .extracting(request -> request.header("Last-Event-ID"))
                .containsExactly(null, "7", "9");
        assertThat(server.received().getFirst().path())
                .isEqualTo(PATH + "?types=batch.ended%2Cschedule.paused&status=failed&tag=a%3Ab&batch=bat_1");
    }
}
