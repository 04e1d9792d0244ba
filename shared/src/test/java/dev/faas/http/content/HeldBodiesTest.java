package dev.faas.http.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.faas.wire.ProblemException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HeldBodiesTest {
    private static final Optional<String> ANNA = Optional.of("usr_anna");
    private static final Optional<String> BEN = Optional.of("usr_ben");

    private final HeldBodies bodies = new HeldBodies(1_000);

    @Test
    void givenACallerWithAFullShareWhenOneMoreIsHeldThenItIsRefusedAndOthersHaveRoom() {
        var first = bodies.hold(ANNA, 200);

        assertRefused(ANNA, 51);
        bodies.hold(BEN, 250).release();
        bodies.hold(Optional.empty(), 800).release();

        first.arrived(10);
        bodies.hold(ANNA, 240).release();
        assertRefused(ANNA, 241);
    }

    @Test
    void givenOneBodyThatIsLargerThanAShareWhenItIsTheOnlyOneOfItsCallerThenItIsHeld() {
        bodies.hold(ANNA, 600);

        assertRefused(BEN, 401);
        bodies.hold(BEN, 400);
    }

    @Test
    void givenAHoldThatIsReleasedTwiceWhenCountedThenItCountsOnce() {
        var released = bodies.hold(ANNA, 1_000);
        released.release();
        released.arrived(1_000);
        released.release();

        bodies.hold(ANNA, 1_000);
        assertRefused(Optional.empty(), 1);
    }

    private void assertRefused(Optional<String> caller, long bytes) {
        var refused = catchThrowableOfType(ProblemException.class, () -> bodies.hold(caller, bytes));
        assertThat(refused.problem().status()).isEqualTo(503);
        assertThat(refused.problem().code()).isEqualTo("unavailable");
    }
}
