package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.nats.Kv;
import dev.faas.testing.Await;
import dev.faas.wire.Codec;
import dev.faas.wire.ImagePin;
import dev.faas.wire.Subjects;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Image pins are shown, copied by a rollback, and removed with the function. */
class ImagePinsTest extends RegistryFixture {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final ImagePin PULLED = new ImagePin("sha256:" + "1".repeat(64), DIGEST, true);
    private static final ImagePin BUILT_HERE = new ImagePin("sha256:" + "2".repeat(64), null, false);

    @Test
    void givenAPinnedRevisionWhenShownThenItsDigestIsShownAndThatOfOthersIsNot() {
        var id = created("booted");
        user.patch("/v1/functions/booted", new JsonObject().put("description", "second"));
        pin(id, 1, PULLED);

        assertThat(user.get("/v1/functions/booted@1").json().getString("imageDigest"))
                .isEqualTo(DIGEST);
        var newest = user.get("/v1/functions/booted").json();
        assertThat(newest.containsKey("imageDigest")).isTrue();
        assertThat(newest.getString("imageDigest")).isNull();
        var revisions = user.get("/v1/functions/booted/revisions").items();
        assertThat(revisions.getJsonObject(0).getString("imageDigest")).isNull();
        assertThat(revisions.getJsonObject(1).getString("imageDigest")).isEqualTo(DIGEST);
        pin(id, 2, PULLED);
        assertThat(user.get("/v1/functions").items().getJsonObject(0).getString("imageDigest"))
                .isEqualTo(DIGEST);
    }

    @Test
    void givenAnImageOfNoRegistryWhenShownThenItHasNoDigest() {
        pin(created("built"), 1, BUILT_HERE);

        assertThat(user.get("/v1/functions/built").json().getString("imageDigest"))
                .isNull();
    }

    @Test
    void givenAPinnedRevisionWhenRolledBackToThenTheNewOneIsPinnedToTheSame() {
        var id = created("rolled");
        pin(id, 1, PULLED);
        user.patch("/v1/functions/rolled", new JsonObject().put("image", "other:2"));

        var back = user.post("/v1/functions/rolled/rollback", new JsonObject().put("revision", 1));

        assertThat(back.json().getInteger("revision")).isEqualTo(3);
        assertThat(back.json().getString("imageDigest")).isEqualTo(DIGEST);
        assertThat(bucket().get(ImagePin.key(id, 3)).join())
                .hasValueSatisfying(put -> assertThat(Codec.decode(put.value().bytes(), ImagePin.class))
                        .isEqualTo(PULLED));
        assertThat(bucket().get(ImagePin.key(id, 2)).join()).isEmpty();
    }

    @Test
    void givenAFunctionWithPinsWhenItIsDeletedThenTheyGoWithItAndThoseOfOthersStay() throws Exception {
        var id = created("gone");
        var other = created("stays");
        pin(id, 1, PULLED);
        pin(id, 2, PULLED);
        pin(other, 1, PULLED);

        user.delete("/v1/functions/gone");

        Await.eventually(() -> bucket().lastChange(ImagePin.key(id, 1)).join().isEmpty()
                && bucket().lastChange(ImagePin.key(id, 2)).join().isEmpty());
        assertThat(bucket().get(ImagePin.key(other, 1)).join()).isPresent();
    }

    private String created(String name) {
        return user.create(name).json().getString("id");
    }

    /** Writes a pin like a spawner. */
    private static void pin(String functionId, int revision, ImagePin pin) {
        bucket().create(ImagePin.key(functionId, revision), Codec.encode(pin)).join();
    }

    private static Kv bucket() {
        return registry.bus.kv(Subjects.IMAGES);
    }
}
