package dev.faas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:15:30.123Z");

    @Test
    void anIdSaysTheMillisecondItWasMadeIn() {
        assertThat(Ids.timeOf(Ids.activation(NOW))).isEqualTo(NOW);
    }

    @Test
    void idsSortByTheirTimeAsText() {
        var earlier = Ids.activation(NOW);
        var later = Ids.activation(NOW.plusMillis(1));

        assertThat(earlier).isLessThan(later);
        assertThat(Ids.lowestAt(NOW)).isLessThanOrEqualTo(earlier);
        assertThat(Ids.lowestAt(NOW.plusMillis(1))).isGreaterThan(earlier);
    }

    @Test
    void idsOfOneMillisecondDiffer() {
        var ids = new HashSet<String>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(Ids.activation(NOW));
        }
        assertThat(ids).hasSize(10_000).allMatch(Ids::isActivation);
    }

    @Test
    void anIdIsAUuidOfVersion7() {
        var bits = BigInteger.ZERO;
        for (char c : Ids.activation(NOW).toCharArray()) {
            bits = bits.shiftLeft(5).add(BigInteger.valueOf("0123456789abcdefghjkmnpqrstvwxyz".indexOf(c)));
        }
        var uuid = new UUID(bits.shiftRight(64).longValue(), bits.longValue());

        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
    }

    @Test
    void idsOfItemsHaveTheTimeOfTheirBatchAndSortByIndex() {
        var batch = Ids.batch(NOW);
        var before = "";
        for (int index : List.of(0, 1, 255, 256, 99_999, (1 << 20) - 1)) {
            var id = Ids.item(batch, index, -1L >>> index % 7);
            assertThat(Ids.isActivation(id)).isTrue();
            assertThat(Ids.indexOf(id)).isEqualTo(index);
            assertThat(Ids.timeOf(id)).isEqualTo(Ids.timeOfBatch(batch));
            assertThat(id).isGreaterThan(before);
            before = id;
        }
        assertThatThrownBy(() -> Ids.item(batch, 1 << 20, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNoIdIsRefusedBeforeItReachesASubject() {
        var upper = Ids.activation(NOW).toUpperCase(Locale.ROOT);
        for (var bad : List.of("", "*", ">", "a.b", "usr_", upper, Ids.activation(NOW) + ".")) {
            assertThat(Ids.isActivation(bad)).as(bad).isFalse();
            assertThatThrownBy(() -> Subjects.state(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aReferenceIsAnIdOrANameWithAnOptionalRevision() {
        assertThat(FunctionRef.parse(Ids.function(NOW) + "@3")).hasValueSatisfying(ref -> {
            assertThat(ref.isId()).isTrue();
            assertThat(ref.revision()).hasValue(3);
        });
        assertThat(FunctionRef.parse("resize"))
                .hasValueSatisfying(ref -> assertThat(ref.isId()).isFalse());
        for (var bad : List.of("", "Resize", "-a", "a-", "a.b", "a@0", "a@x", "a@", "a@1@2", "*", "a".repeat(64))) {
            assertThat(FunctionRef.parse(bad)).as(bad).isEmpty();
        }
    }
}
