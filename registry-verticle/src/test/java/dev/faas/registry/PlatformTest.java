package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.activation.ActivationCommand;
import dev.faas.activation.SpawnerHeartbeat;
import dev.faas.activation.SpawnerHeartbeat.Budget;
import dev.faas.testing.Await;
import dev.faas.testing.TestKey;
import dev.faas.wire.Capacity;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Admins see spawners, queues of all users, and NATS. */
class PlatformTest extends RegistryFixture {
    private Client admin;

    @BeforeEach
    void logIn() {
        admin = new Client(
                registry.port(),
                registry.tokens.token(
                        TestKey.claims(Instant.now().plusSeconds(600)).put("sub", Ids.user(Instant.now()))));
    }

    @AfterEach
    void logOut() {
        admin.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spawners", "queues", "bus"})
    void onlyAdminsSeeThem(String what) {
        assertThat(admin.get("/v1/admin/" + what).status()).isEqualTo(200);
        assertThat(user.get("/v1/admin/" + what).status()).isEqualTo(403);
    }

    @Test
    void eachSpawnerIsShownWithItsSlotsAndItsRoom() {
        var bucket = registry.bus.kv(Subjects.SPAWNERS);
        var room = new Budget("daemon", new Capacity(3, 4), new Capacity(2, 3), new Capacity(1, 2));
        bucket.put("spn-b", heartbeat("spn-b", "Docker is away", null)).join();
        bucket.put("spn-a", heartbeat("spn-a", null, room)).join();

        Await.eventually(() -> admin.get("/v1/admin/spawners").json().equals(new JsonObject("""
                {"spawners":[
                  {"id":"spn-a","slots":4,"free":3,"trouble":null,"budget":{"daemon":"daemon",
                   "part":{"memoryMb":3,"pids":4},"held":{"memoryMb":2,"pids":3},"free":{"memoryMb":1,"pids":2}}},
                  {"id":"spn-b","slots":4,"free":3,"trouble":"Docker is away","budget":null}]}""")));
    }

    private static byte[] heartbeat(String spawner, @Nullable String trouble, @Nullable Budget budget) {
        return Codec.encode(new SpawnerHeartbeat(spawner, Ids.activation(Instant.now()), 4, 3, trouble, budget));
    }

    @Test
    void queuesOfAllUsersWithWorkAreShown() {
        var id = createWithQueue("busy");
        createWithQueue("idle");
        queue.enqueue(new ActivationCommand(Ids.activation(Instant.now()), owner, id))
                .join();

        Await.eventually(() -> admin.get("/v1/admin/queues").json().equals(new JsonObject("""
                {"queued":1,"running":0,"functions":1,
                 "queues":[{"owner":"%s","function":"%s","queued":1,"running":0,"limit":10}]}""".formatted(owner, id))));
    }

    @Test
    void streamsAreShownWithTheirLimits_andHowFarTheLedgerIs() {
        var bus = admin.get("/v1/admin/bus").json();

        var events = bus.getJsonArray("streams").getJsonObject(0);
        assertThat(events.getString("name")).isEqualTo("EVENTS");
        assertThat(events.getLong("maxBytes")).isPositive();
        assertThat(bus.getJsonArray("streams")).hasSize(6);
        assertThat(bus.getJsonObject("ledger").getMap()).containsOnlyKeys("pending", "unacked");
    }
}
