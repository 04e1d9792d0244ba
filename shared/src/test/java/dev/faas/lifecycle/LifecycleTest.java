package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Lifecycle lifecycle = new Lifecycle(vertx, "test-service", Duration.ofMillis(300));

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void whenStartedThenTheStepsRunInOrderAndStopClosesThemInReverse() {
        await(lifecycle.start(on -> {
            var a = on.open("a", () -> opened("a"), this::closed);
            on.await("b", () -> Future.succeededFuture(opened("b after " + a)), b -> {
                closed("b");
                return Future.succeededFuture();
            });
            on.onStop("drain", () -> events.add("drain"));
        }));
        assertThat(events).containsExactly("open a", "open b after a");

        await(lifecycle.stop());

        assertThat(events).containsExactly("open a", "open b after a", "drain", "close b", "close a");
    }

    @Test
    void whenACloseHasALimitOfItsOwnThenItMayTakeLongerThanOthers() {
        await(lifecycle.start(on -> on.open("slow", Duration.ofSeconds(30), () -> opened("slow"), slow -> {
            var unused = new CountDownLatch(1).await(600, TimeUnit.MILLISECONDS);
            closed(slow);
        })));

        await(lifecycle.stop());

        assertThat(events).containsExactly("open slow", "close slow");
    }

    @Test
    void whenAStepFailsThenWhatWasOpenedIsClosedInReverseAndTheFailureNamesTheStep() {
        var cause = new IllegalStateException("no room");
        var start = lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.open("b", () -> opened("b"), this::closed);
            on.open(
                    "c",
                    () -> {
                        throw cause;
                    },
                    this::closed);
            on.open("d", () -> opened("d"), this::closed);
        });

        assertThatThrownBy(() -> await(start)).cause().isInstanceOfSatisfying(StartFailed.class, failure -> {
            assertThat(failure.step()).isEqualTo("c");
            assertThat(failure)
                    .hasMessage("test-service could not start: c: no room")
                    .hasCause(cause);
        });
        assertThat(events).containsExactly("open a", "open b", "close b", "close a");
    }

    @Test
    void whenAnAwaitedStepFailsThenItsOwnFailureIsTheCause() {
        var start = lifecycle.start(on -> on.await(
                "http", () -> Future.failedFuture(new DependencyMissing("port taken")), x -> Future.succeededFuture()));

        assertThatThrownBy(() -> await(start)).cause().cause().isInstanceOf(DependencyMissing.class);
    }

    @Test
    void whenACloseFailsThenTheOthersAreClosedAllTheSame() {
        await(lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.open("b", () -> opened("b"), b -> {
                throw new IllegalStateException("stuck");
            });
            on.await("c", () -> Future.succeededFuture("c"), c -> Future.failedFuture("stuck"));
        }));

        await(lifecycle.stop());

        assertThat(events).containsExactly("open a", "open b", "close a");
    }

    @Test
    void whenACloseHangsThenItIsInterruptedAndTheOthersAreClosed() throws Exception {
        var interrupted = new CountDownLatch(1);
        await(lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.open("b", () -> opened("b"), b -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
        }));

        await(lifecycle.stop());

        assertThat(events).containsExactly("open a", "open b", "close a");
        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whenADrainHasItsOwnLimitThenThatHolds() {
        await(lifecycle.start(on -> on.onStop("drain", Duration.ofSeconds(5), () -> {
            // longer than the limit of an ordinary close
            assertThat(new CountDownLatch(1).await(600, TimeUnit.MILLISECONDS)).isFalse();
            events.add("drained");
        })));

        await(lifecycle.stop());

        assertThat(events).containsExactly("drained");
    }

    @Test
    void whenStoppedWhileAStepOpensThenItIsClosedBeforeTheOthersOnceItIsOpen() throws Exception {
        var patient = new Lifecycle(vertx, "test-service", Duration.ofSeconds(10));
        var http = Promise.<String>promise();
        var isOpening = new CountDownLatch(1);
        var start = patient.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.await(
                    "http",
                    () -> {
                        isOpening.countDown();
                        return http.future();
                    },
                    server -> {
                        closed(server);
                        return Future.succeededFuture();
                    });
        });
        assertThat(isOpening.await(5, TimeUnit.SECONDS)).isTrue();
        var stop = patient.stop();
        vertx.setTimer(100, timer -> http.complete(opened("http")));

        await(stop);

        assertThat(start.failed()).isTrue();
        assertThat(events).containsExactly("open a", "open http", "close http", "close a");
    }

    @Test
    void whenStoppedTwiceThenEverythingIsClosedOnce() {
        await(lifecycle.start(on -> on.open("a", () -> opened("a"), this::closed)));

        var first = lifecycle.stop();
        var second = lifecycle.stop();
        await(first);
        await(second);
        await(lifecycle.stop());

        assertThat(events).containsExactly("open a", "close a");
    }

    @Test
    void whenStoppedAfterAFailedStartThenNothingIsClosedTwice() {
        var start = lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            throw new IllegalStateException("later");
        });
        assertThatThrownBy(() -> await(start)).hasMessageContaining("later");

        await(lifecycle.stop());

        assertThat(events).containsExactly("open a", "close a");
    }

    @Test
    void whenStoppedWhileStartingThenTheStartIsInterruptedAndUnwound() throws Exception {
        var waiting = new CountDownLatch(1);
        var start = lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.open(
                    "b",
                    () -> {
                        waiting.countDown();
                        new CountDownLatch(1).await();
                        return "b";
                    },
                    this::closed);
        });
        assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();

        await(lifecycle.stop());

        assertThatThrownBy(() -> await(start)).cause().isInstanceOf(StartFailed.class);
        assertThat(events).containsExactly("open a", "close a");
    }

    @Test
    void whenStoppedWhileAFailedStartUnwindsThenItUnwindsToTheEndUndisturbed() throws Exception {
        var closing = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var start = lifecycle.start(on -> {
            on.open("a", () -> opened("a"), this::closed);
            on.onStop("b", Duration.ofSeconds(5), () -> {
                closing.countDown();
                go.await();
                events.add("close b");
            });
            throw new IllegalStateException("later");
        });
        assertThat(closing.await(5, TimeUnit.SECONDS)).isTrue();

        var stop = lifecycle.stop();
        go.countDown();
        await(stop);

        assertThatThrownBy(() -> await(start)).hasMessageContaining("later");
        assertThat(events).containsExactly("open a", "close b", "close a");
    }

    @Test
    void whenStartedTwiceThenTheSecondIsRefused() {
        await(lifecycle.start(on -> {}));

        assertThatThrownBy(() -> lifecycle.start(on -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whenStartedOnAContextThenTheOutcomeComesBackToIt() {
        var context = vertx.getOrCreateContext();
        var same = Future.<Boolean>future(done -> context.runOnContext(go -> lifecycle
                .start(on -> {})
                .onComplete(started -> done.complete(context.equals(Vertx.currentContext())))));

        assertThat(await(same)).isTrue();
    }

    private String opened(String name) {
        events.add("open " + name);
        return name;
    }

    private void closed(String name) {
        events.add("close " + name);
    }

    private static <T> T await(Future<T> future) throws CompletionException {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
