package dev.faas.auth.admission;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.http.client.ClientAddress;
import dev.faas.wire.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One thread, seven places beside it, three of one address. */
class HashQueueTest {
    private static final String KNOWN = "198.51.100.1";

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<String> computed = new CopyOnWriteArrayList<>();
    private Vertx vertx;
    private HashQueue queue;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        queue = new HashQueue(
                vertx,
                new HashQueue.Limits(1, 7, 3),
                address -> Future.succeededFuture(address.toString().equals(KNOWN)));
    }

    @AfterEach
    void close() {
        release.countDown();
        await(queue.close());
        await(vertx.close());
    }

    @Test
    void anAddressWithAllItsPlacesIsRefusedAndOthersTakeTurnsWithIt() {
        var asked = new ArrayList<Future<?>>();
        IntStream.range(0, 3).forEach(i -> asked.add(ask("192.0.2.1")));
        var fourth = ask("192.0.2.1");
        asked.add(ask("192.0.2.2"));
        // Another address of the same network counts as the same.
        IntStream.range(0, 2).forEach(i -> asked.add(ask("2001:db8::" + i)));

        assertProblem(fourth, 429, "rate_limited");
        release.countDown();
        asked.forEach(it -> await(it));
        // After the first, which was running, nobody has two turns while another waits.
        assertThat(computed)
                .containsExactly(
                        "192.0.2.1",
                        "192.0.2.1",
                        "192.0.2.2",
                        "2001:db8:0:0:0:0:0:0",
                        "192.0.2.1",
                        "2001:db8:0:0:0:0:0:1");
        assertThat(ask("192.0.2.1").failed()).as("the places are free again").isFalse();
    }

    @Test
    void whenManyAddressesHaveAllPlacesThenOnlyKnownOnesGetTheLastQuarter() {
        var asked = IntStream.range(0, 6).mapToObj(i -> ask("192.0.2." + i)).toList();

        assertProblem(ask("192.0.2.100"), 503, "unavailable");
        var known = List.of(ask(KNOWN), ask(KNOWN));
        assertProblem(ask(KNOWN), 503, "unavailable");

        release.countDown();
        asked.forEach(it -> await(it));
        known.forEach(it -> await(it));
    }

    @Test
    void workThatFailsGivesItsPlaceBack() {
        IntStream.range(0, 9)
                .forEach(i -> assertThat(queue.withPermit(address(KNOWN), permit -> {
                                    throw new IllegalStateException("broken");
                                })
                                .cause())
                        .hasMessage("broken"));
        release.countDown();

        await(ask(KNOWN));
    }

    private Future<?> ask(String client) {
        return queue.withPermit(
                address(client),
                permit -> permit.compute(() -> {
                    release.await();
                    computed.add(address(client).toString());
                    return "hash";
                }));
    }

    private static void assertProblem(Future<?> answer, int status, String code) {
        assertThat(answer.cause()).isInstanceOf(ProblemException.class);
        var problem = ((ProblemException) answer.cause()).problem();
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.retryAfterSeconds()).hasValue(1);
    }

    private static ClientAddress address(String literal) {
        return ClientAddress.parse(literal).orElseThrow();
    }
}
