package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.KeyUses;
import dev.faas.wire.Scope;
import dev.faas.wire.Subjects;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway tells auth which API keys were used. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class UsedKeysTest {
    @Test
    void authLearnsTheMinuteAndTheAddressOfAKeyAndNothingOfLogins(@TempDir Path directory) throws Exception {
        try (var faas = new RunningGateway(directory)) {
            var uses = new CopyOnWriteArrayList<KeyUses.Use>();
            faas.busOfAuth.subscribe(
                    Subjects.KEYS_USED,
                    live -> uses.addAll(
                            Codec.decode(live.message().bytes(), KeyUses.class).uses()));
            Await.await(faas.busOfAuth.flush());
            var key = ScopesTest.publish(faas, List.of(Scope.READ));
            faas.get("/v1/activations");
            for (var i = 0; i < 3; i++) {
                Await.until(
                        "the key is known",
                        () -> faas.send(faas.request("/v1/activations").header("Authorization", "Bearer " + key))
                                        .status()
                                != 401);
            }

            faas.stopGateway();

            Await.until("told", () -> !uses.isEmpty());
            // A minute may have ended meanwhile.
            assertThat(uses).hasSizeLessThanOrEqualTo(2).allSatisfy(use -> {
                assertThat(use.keyId()).startsWith("key_");
                assertThat(use.from()).isEqualTo("127.0.0.1");
                assertThat(use.at().getEpochSecond() % 60).isZero();
                assertThat(use.at()).isBetween(Instant.now().minus(Duration.ofMinutes(3)), Instant.now());
            });
        }
    }
}
