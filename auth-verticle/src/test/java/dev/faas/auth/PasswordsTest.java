package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.auth.admission.HashQueue;
import dev.faas.http.client.ClientAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private static final ClientAddress ADDRESS =
            ClientAddress.parse("192.0.2.1").orElseThrow();

    private Vertx vertx;
    private Passwords passwords;
    private HashQueue queue;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        passwords = new Passwords();
        queue = new HashQueue(vertx, new HashQueue.Limits(1, 2, 3), address -> Future.succeededFuture(true));
    }

    @AfterEach
    void close() {
        await(queue.close());
        await(vertx.close());
    }

    @Test
    void givenTheSamePasswordTwiceWhenHashedThenTheSaltsDiffer() {
        assertThat(hash("correct horse")).isNotEqualTo(hash("correct horse"));
    }

    @Test
    void givenAStoredHashWhenCheckedThenOnlyItsPasswordFits() {
        var stored = Optional.of(hash("correct horse"));

        assertThat(matches("correct horse", stored)).isTrue();
        assertThat(matches("wrong horse", stored)).isFalse();
    }

    @Test
    void givenNoStoredHashWhenCheckedThenNothingFitsAndTheSameWorkIsDone() {
        var stored = Optional.of(hash("correct horse"));
        matches("warm up", Optional.empty());

        long unknownUser = fastest(() -> matches("wrong horse", Optional.empty()));
        long wrongPassword = fastest(() -> matches("wrong horse", stored));

        assertThat(matches("anything", Optional.empty())).isFalse();
        // Without the same work the ratio would be 0.001; a busy machine can make it 3.
        assertThat((double) unknownUser / wrongPassword).isBetween(0.1, 10.0);
    }

    private String hash(String password) {
        return await(queue.withPermit(ADDRESS, permit -> passwords.hash(password, permit)));
    }

    private boolean matches(String password, Optional<String> stored) {
        return await(queue.withPermit(ADDRESS, permit -> passwords.matches(password, stored, permit)));
    }

    private static long fastest(Runnable work) {
        return IntStream.range(0, 5)
                .mapToLong(i -> {
                    long start = System.nanoTime();
                    work.run();
                    return System.nanoTime() - start;
                })
                .min()
                .orElseThrow();
    }
}
