package dev.faas.http;

import static dev.faas.http.RunningService.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.lifecycle.DependencyMissing;
import dev.faas.lifecycle.Lifecycle;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServiceVerticleTest {
    private final Exception noAnswer = new IOException("Timeout or no response");

    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void whenADependencyDoesNotAnswerThenTheStartClosesWhatItOpenedAndIsRepeated() {
        await(vertx.deployVerticle(new Service(Duration.ofSeconds(30), noAnswer)));

        assertThat(events).containsExactly("open", "close", "open");
    }

    @Test
    void whenTheTimeIsUpThenTheStartFails() {
        assertThatThrownBy(() -> await(vertx.deployVerticle(new Service(Duration.ZERO, noAnswer))))
                .hasMessageContaining("second step: Timeout or no response");
        assertThat(events).containsExactly("open", "close");
    }

    static Stream<Exception> hopeless() {
        return Stream.of(new DependencyMissing("wrong password"), new BindException("address in use"));
    }

    @ParameterizedTest
    @MethodSource("hopeless")
    void whenWaitingDoesNotHelpThenTheStartFailsAtOnce(Exception failure) {
        assertThatThrownBy(() -> await(vertx.deployVerticle(new Service(Duration.ofSeconds(30), failure))))
                .hasMessageContaining(failure.getMessage());
        assertThat(events).containsExactly("open", "close");
    }

    /** Its second step fails with each of the failures, then succeeds. */
    private final class Service extends ServiceVerticle {
        private final Iterator<Exception> failures;

        Service(Duration startTimeout, Exception... failures) {
            super("test-service", startTimeout);
            this.failures = List.of(failures).iterator();
        }

        @Override
        protected HttpService open(Lifecycle.Steps on) throws Exception {
            on.open("first step", () -> events.add("open"), opened -> events.add("close"));
            on.open(
                    "second step",
                    () -> {
                        if (failures.hasNext()) {
                            throw failures.next();
                        }
                        return true;
                    },
                    opened -> {});
            var metrics = on.open("metrics", () -> new Metrics("test-service"), Metrics::close);
            return on.await(
                    "http",
                    () -> HttpService.start(
                            vertx, HttpConfig.loopback(), new Health("test-service"), metrics, List.of()),
                    HttpService::close);
        }
    }
}
