package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Ids;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rows of batches as the gateway opens and closes them, and as users read them. */
class BatchesTest extends RegistryFixture {
    private static final String PATH = "/v1/batches";

    @Test
    void givenAKey_whenOpenedAgain_thenItIsTheSameBatchWithTheSameSeed() {
        var function = createWithQueue("resize");

        var first = open(function, "k1");
        var repeat = open(function, "k1");
        var other = open(function, "k2");

        assertThat(first.getBoolean("isNew")).isTrue();
        assertThat(repeat.getBoolean("isNew")).isFalse();
        for (var same : List.of("batchId", "seed", "revision")) {
            assertThat(repeat.getValue(same)).isEqualTo(first.getValue(same));
        }
        assertThat(other.getString("batchId")).isNotEqualTo(first.getString("batchId"));
        assertThat(other.getString("seed")).isNotEqualTo(first.getString("seed"));
    }

    @Test
    void givenAnItemInTheLedger_whenRead_thenItIsCountedAndListedByItsStatusAndKnown() throws Exception {
        var batch = open(createWithQueue("resize"), "k1").getString("batchId");
        var item = Ids.item(batch, 7, 1L << 60);
        registry.backends.run(
                "insert into activation (id, owner, function_id, function_name, status, submitted_at, tags,"
                        + " sequence, record, batch_id, batch_content) values ('" + item + "', '" + owner
                        + "', 'fn_x', 'resize', 'queued', now(), '{}', 1, '', '" + batch + "', 'content')");

        var path = PATH + "/" + batch;
        var read = user.get(path).json();
        assertThat(read.getJsonObject("counts").getMap()).isEqualTo(Map.of("queued", 1));
        assertThat(read.containsKey("seed")).isFalse();
        assertThat(user.get(path + "/items?status=queued").items().getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("index", 7)
                        .put("activationId", item)
                        .put("status", "queued")
                        .putNull("reason"));
        assertThat(user.get(path + "/items?status=failed").items()).isEmpty();
        assertThat(user.get(path + "/known").json().getJsonObject("items").getMap())
                .isEqualTo(Map.of(item, "content"));
    }

    @Test
    void givenAnotherUser_whenReadOrClosed_thenTheBatchDoesNotExist() throws Exception {
        var path = PATH + "/" + open(createWithQueue("resize"), "k1").getString("batchId");
        var other = registry.client();
        var totals = new JsonObject().put("accepted", 2).put("rejected", 1).encode();

        assertThat(other.get(path).code()).isEqualTo("batch_not_found");
        assertThat(other.get(path + "/items").code()).isEqualTo("batch_not_found");
        assertThat(other.get(path + "/known").code()).isEqualTo("batch_not_found");
        assertThat(other.send("PUT", path + "/totals", totals).code()).isEqualTo("batch_not_found");
        assertThat(other.get(PATH).items()).isEmpty();

        assertThat(user.get(path).json().getString("state")).isEqualTo("open");
        assertThat(user.send("PUT", path + "/totals", totals).status()).isEqualTo(200);
        assertThat(user.get(PATH).items().getJsonObject(0).getMap())
                .containsEntry("state", "closed")
                .containsEntry("size", 3);
    }

    @Test
    void givenAFullQuota_whenOpened_thenOnlyAKnownKeyIsAnswered() throws Exception {
        var function = createWithQueue("resize");
        registry.backends.run("insert into quota (owner, limits) values ('" + owner + "', '{\"openBatches\": 1}')");
        var first = open(function, "k1");

        assertThat(user.post(PATH, request(function, "k2")).code()).isEqualTo("quota_exceeded");
        assertThat(open(function, "k1").getString("batchId")).isEqualTo(first.getString("batchId"));
        assertThat(user.get(PATH).items()).hasSize(1);
    }

    private JsonObject open(String function, String key) {
        var answer = user.post(PATH, request(function, key));
        if (answer.status() != 200) {
            throw new AssertionError(answer.text());
        }
        return answer.json();
    }

    private static JsonObject request(String function, String key) {
        return new JsonObject()
                .put("functionId", function)
                .put("functionName", "resize")
                .put("revision", 1)
                .put("size", 3)
                .put("key", key);
    }
}
