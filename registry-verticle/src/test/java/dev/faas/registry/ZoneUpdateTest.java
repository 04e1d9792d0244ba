package dev.faas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.testing.Await;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A dispatcher starts with other time zone data than the one before it. */
class ZoneUpdateTest extends TickFixture {
    /** What the earlier data said. */
    private static final String EARLIER = "2100-01-01 00:00:00+00";

    @ParameterizedTest
    @CsvSource({"it is newer, release || 'x', true", "it is the same, release, false"})
    void givenTimesOfEarlierZoneData_whenADispatcherStarts_thenTheyAreComputedAnewIfItsDataIsAnother(
            String name, String release, boolean isComputed) throws Exception {
        Await.eventually(() -> registry.backends.number("select count(*) from zone_data") == 1);
        schedule("nightly", changes("{'cron': '30 2 * * *', 'zone': 'Europe/Berlin', 'jitterSeconds': 60}"));
        var right = stored();
        // The marker is computed anew, too: it tells when the dispatcher is past this.
        schedule("marker", new JsonObject().put("at", "2090-01-01T00:00:00Z"));

        registry.withoutAny(() -> {
            registry.backends.run("update schedule set next_at = '" + EARLIER + "', due_at = '" + EARLIER
                    + "' where name = 'nightly' and owner = '" + owner + "'");
            registry.backends.run(
                    "update schedule set due_at = now() where name = 'marker' and owner = '" + owner + "'");
            registry.backends.run("update zone_data set release = " + release);
        });

        Await.eventually(() -> registry.backends.number("select count(*) from schedule where due_at > now()"
                        + " and name = 'marker' and owner = '" + owner + "'")
                == 1);
        assertThat(stored().equals(right)).isEqualTo(isComputed);
        assertThat(registry.backends.text("select release from zone_data")).doesNotEndWith("x");
    }

    private String stored() throws Exception {
        return registry.backends.text(
                "select next_at || ' ' || due_at from schedule where name = 'nightly' and owner = '" + owner + "'");
    }
}
