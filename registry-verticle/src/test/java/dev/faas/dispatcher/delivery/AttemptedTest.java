package dev.faas.dispatcher.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.destination.DeliveryAttempt;
import dev.faas.destination.DeliveryState;
import dev.faas.destination.DestinationSecrets;
import dev.faas.destination.DestinationSpec;
import dev.faas.destination.DestinationSpec.Selection;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from attempts. */
class AttemptedTest {
    static Attempted attempted(
            String destination, String owner, int number, @Nullable Integer status, long retryAfter) {
        var delivery = new Claimed(
                "dlv",
                new Claimed.Event("evt", "activation.failed", "activation", Instant.EPOCH, null),
                new Claimed.Destination(
                        destination,
                        owner,
                        new DestinationSpec(
                                "erp", "", new Selection(List.of(), List.of(), Map.of()), 15, 10, null, null),
                        false,
                        new DestinationSecrets.Sealed(null, Buffer.buffer())),
                number,
                Instant.EPOCH,
                false);
        return new Attempted(
                delivery,
                new DeliveryAttempt(Instant.EPOCH, 1, status, null, Map.of(), null),
                retryAfter == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(retryAfter)),
                false);
    }

    private static Attempted attempted(int number, @Nullable Integer status, long retryAfter) {
        return attempted("dst", "usr", number, status, retryAfter);
    }

    @ParameterizedTest
    @CsvSource({"1, PT5S", "2, PT5M", "3, PT30M", "4, PT2H", "5, PT5H", "6, PT10H", "7, PT14H", "8, PT20H", "9, PT24H"})
    void givenAFailedAttempt_whenAnotherIsLeft_thenItIsAtItsTimeGiveOrTakeATenth(int number, Duration delay) {
        for (int i = 0; i < 100; i++) {
            assertThat(attempted(number, 500, 0).delay().orElseThrow())
                    .isBetween(
                            delay.multipliedBy(9).dividedBy(10),
                            delay.multipliedBy(11).dividedBy(10));
        }
        assertThat(attempted(number, null, 0).state()).isEqualTo(DeliveryState.PENDING);
    }

    /** Such as a key that this process has not. */
    @Test
    void givenAFaultOfThePlatform_whenNothingWasSent_thenNoAttemptIsSpentAndTheReceiverIsNotBlamed() {
        var last = attempted(10, null, 0);
        var fault = new Attempted(last.delivery(), last.attempt(), Optional.empty(), true);

        assertThat(fault.state()).isEqualTo(DeliveryState.PENDING);
        assertThat(fault.delay()).contains(Duration.ofMinutes(5));
        assertThat(fault.isSpent()).isFalse();
        assertThat(fault.isFailure()).isFalse();
    }

    @Test
    void givenTheTenthAttempt_whenItFails_thenNoneIsLeft() {
        assertThat(attempted(10, 500, 0).delay()).isEmpty();
        assertThat(attempted(10, 500, 0).state()).isEqualTo(DeliveryState.FAILED);
        assertThat(attempted(10, 500, 0).reason()).isEqualTo("attempts_exhausted");
    }

    @ParameterizedTest
    @CsvSource({
        "503, 1, 4, 6, true",
        "503, 60, 60, 60, true",
        "500, 60, 60, 60, false",
        "429, 1000000, 86400, 86400, true"
    })
    void givenRetryAfter_whenItIsLater_thenItIsKeptForADayAtMost(
            int status, long retryAfter, long from, long to, boolean pauses) {
        var attempted = attempted(1, status, retryAfter);

        assertThat(attempted.delay().orElseThrow()).isBetween(Duration.ofSeconds(from), Duration.ofSeconds(to));
        assertThat(attempted.pause().isPresent()).isEqualTo(pauses);
    }

    @Test
    void givenSeveralAttempts_whenTheHealthIsRead_thenOnlyFailuresAfterTheLastSuccessCount() {
        assertThat(Health.of(List.of(
                        attempted("a", "usr", 1, 500, 0),
                        attempted("b", "usr", 1, 200, 0),
                        attempted("a", "usr", 1, 204, 0),
                        attempted("a", "usr", 1, 503, 60),
                        attempted("a", "usr", 1, 410, 0))))
                .containsExactly(
                        new Health("a", true, 2, Duration.ofSeconds(60), true, false),
                        new Health("b", true, 0, null, false, false));
    }

    @Test
    void givenADestinationThatFailsAndOneThatWorks_whenTheirRoomIsRead_thenOneShrinksAndTheOtherGrows() {
        var inFlight = new InFlight();
        for (int i = 0; i < 20; i++) {
            run(inFlight, attempted("bad", "usr", 1, null, 0));
            run(inFlight, attempted("good", "usr", 1, 200, 0));
        }

        assertThat(inFlight.room().ofDestinations())
                .as("maxInFlight is 10")
                .containsEntry("bad", 1)
                .containsEntry("good", 10);
        assertThat(inFlight.isEmpty()).isTrue();
    }

    private static void run(InFlight inFlight, Attempted attempted) {
        inFlight.begin(attempted.delivery());
        inFlight.end(attempted);
    }

    @Test
    void givenRequestsOfAnOwner_whenTheyHaveAQuarterOfAll_thenOnlyOthersHaveRoom() {
        var inFlight = new InFlight();
        var open = new ArrayList<Attempted>();
        for (int i = 0; i < InFlight.MOST_OF_OWNER; i++) {
            open.add(attempted("dst" + i, "usr", 1, 200, 0));
        }
        open.forEach(each -> inFlight.begin(each.delivery()));

        var room = inFlight.room();
        assertThat(room.total()).isEqualTo(InFlight.MOST - InFlight.MOST_OF_OWNER);
        assertThat(room.ofOwners()).containsExactly(Map.entry("usr", 0));
        assertThat(room.ofOtherOwners()).isEqualTo(InFlight.MOST_OF_OWNER);
        open.forEach(inFlight::end);
        assertThat(inFlight.room().ofOwners()).isEmpty();
    }
}
