package dev.faas.spawner.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BootGateTest {
    private final BootGate gate = new BootGate(2, Duration.ZERO);
    private final List<String> entered = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void nobodyWaits() throws Exception {
        for (var thread : threads) {
            thread.interrupt();
            thread.join();
        }
    }

    /** Enters the gate on a thread; returns once the boot waits or has entered. */
    private BootGate.Turn arrive(String name, boolean urgent) throws Exception {
        var turn = gate.turn(name.substring(0, 1), urgent);
        var thread = Thread.ofPlatform().start(() -> {
            try {
                turn.enter();
                entered.add(name);
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
        threads.add(thread);
        Await.until(
                name + " waits or is in",
                () -> entered.contains(name)
                        || thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TIMED_WAITING);
        return turn;
    }

    private void awaitEntered(String... names) throws Exception {
        Await.until("they are in", () -> entered.size() >= names.length);
        assertThat(entered).containsExactly(names);
    }

    @Test
    void givenManyBootsOfOneOwner_whenAnotherComes_thenTheirsIsNext() throws Exception {
        var first = arrive("a1", true);
        arrive("a2", true);
        arrive("a3", true);
        arrive("a4", true);
        arrive("b1", true);

        first.leave();

        awaitEntered("a1", "a2", "b1");
    }

    @Test
    void givenOwnersWithEqualBoots_whenAPlaceIsFree_thenTheFirstArrivalGetsIt() throws Exception {
        arrive("a1", true);
        var other = arrive("b1", true);
        arrive("c1", true);
        arrive("d1", true);

        other.leave();

        awaitEntered("a1", "b1", "c1");
    }

    @Test
    void givenAFloodingOwner_whenAnotherHasNoBoot_thenOneIsBootedAheadForThem() throws Exception {
        var first = arrive("a1", true);
        arrive("a2", true);
        arrive("b1", false);
        arrive("a3", true);

        first.leave();

        awaitEntered("a1", "a2", "b1");
    }

    @Test
    void givenAnOwnerWithABootAhead_whenOthersWait_thenTheyGoFirst() throws Exception {
        arrive("b1", false);
        awaitEntered("b1");
        var second = arrive("a1", true);
        arrive("b2", false);
        arrive("a2", true);

        second.leave();

        awaitEntered("b1", "a1", "a2");
    }

    @Test
    void givenDemandAndABootAheadOfOneOwner_whenBothWait_thenDemandGoesFirst() throws Exception {
        var first = arrive("c1", true);
        arrive("d1", true);
        arrive("a1", false);
        arrive("a2", true);

        first.leave();

        awaitEntered("c1", "d1", "a2");
    }
}
