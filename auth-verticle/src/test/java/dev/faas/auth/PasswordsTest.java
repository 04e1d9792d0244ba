package dev.faas.auth;

import static dev.faas.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.ProblemException;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private Vertx vertx;
    private Passwords passwords;

    @BeforeEach
    void open() {
        vertx = Vertx.vertx();
        passwords = new Passwords(vertx, 1, 2);
    }

    @AfterEach
    void close() {
        await(passwords.close());
        await(vertx.close());
    }

    @Test
    void givenTheSamePasswordTwiceWhenHashedThenTheSaltsDiffer() {
        assertThat(await(passwords.hash("correct horse"))).isNotEqualTo(await(passwords.hash("correct horse")));
    }

    @Test
    void givenAStoredHashWhenCheckedThenOnlyItsPasswordFits() {
        var stored = Optional.of(await(passwords.hash("correct horse")));

        assertThat(await(passwords.matches("correct horse", stored))).isTrue();
        assertThat(await(passwords.matches("wrong horse", stored))).isFalse();
    }

    @Test
    void givenNoStoredHashWhenCheckedThenNothingFitsAndTheSameWorkIsDone() {
        var stored = Optional.of(await(passwords.hash("correct horse")));
        await(passwords.matches("warm up", Optional.empty()));

        long unknownUser = fastest(() -> await(passwords.matches("wrong horse", Optional.empty())));
        long wrongPassword = fastest(() -> await(passwords.matches("wrong horse", stored)));

        assertThat(await(passwords.matches("anything", Optional.empty()))).isFalse();
        // Without the same work the ratio would be 0.001; a busy machine can make it 3.
        assertThat((double) unknownUser / wrongPassword).isBetween(0.1, 10.0);
    }

    @Test
    void givenMoreThanMayWaitWhenHashedThenTheRestIsRefusedAtOnceAndTheOthersAreDone() {
        var asked = IntStream.range(0, 8)
                .mapToObj(i -> passwords.hash("correct horse " + i))
                .toList();

        // One runs and two wait; the other five are refused before any of these is done.
        assertThat(asked.subList(3, 8)).allSatisfy(refused -> {
            assertThat(refused.failed()).isTrue();
            var problem = ((ProblemException) refused.cause()).problem();
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.code()).isEqualTo("unavailable");
            assertThat(problem.retryAfterSeconds()).hasValue(1);
        });
        assertThat(asked.subList(0, 3))
                .allSatisfy(done -> assertThat(await(done)).startsWith("$argon2id$"));
        assertThat(await(passwords.hash("there is room again"))).startsWith("$argon2id$");
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
