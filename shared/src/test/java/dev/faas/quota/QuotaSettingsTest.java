package dev.faas.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.config.Env;
import dev.faas.quota.Quota.Limit;
import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaSettingsTest {
    private static Quota with(Map<String, String> settings, String overrides) {
        var env = Env.of(settings);
        var quota = QuotaSettings.from(env).of(Codec.readTree(overrides.getBytes(StandardCharsets.UTF_8)));
        env.check();
        return quota;
    }

    @ParameterizedTest
    @CsvSource({
        "private, FUNCTIONS, 500",
        "shared,  FUNCTIONS, 500",
        "private, SPEC_KB, 65536",
        "shared,  SPEC_KB, 4096",
        "private, REVISIONS, 1000",
        "shared,  REVISIONS, 100",
        "private, RUNNING, 9223372036854775807",
        "shared,  RUNNING, 9223372036854775807",
        "private, QUEUED, 1000000",
        "shared,  QUEUED, 100000",
        "private, QUEUED_MB, 1024",
        "shared,  QUEUED_MB, 256",
        "shared,  STORED_MB, 9223372036854775807",
        "private, REQUESTS_PER_SECOND, 9223372036854775807",
        "shared,  REQUESTS_PER_SECOND, 2000",
    })
    void givenAProfile_whenNothingElseIsSet_thenItsDefaultsHold(String profile, Limit limit, long value) {
        assertThat(with(Map.of("FAAS_PROFILE", profile), "{}").of(limit)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                // An admin's word counts up to what is set for the whole platform; that holds for everybody without
                // one.
                "``,  {}, 500",
                "``,  {\"functions\": 9000}, 9000",
                "``,  {\"functions\": null}, 9223372036854775807",
                "20,  {}, 20",
                "20,  {\"functions\": 9000}, 20",
                "20,  {\"functions\": null}, 20",
                "20,  {\"functions\": 7}, 7",
                "800, {}, 800",
                "800, {\"unknown\": 1}, 800",
            })
    void givenASettingOfThePlatform_whenAnAdminSaysOtherwise_thenTheLowerOneCounts(
            String most, String overrides, long functions) {
        assertThat(with(Map.of("FAAS_OWNER_MAX_FUNCTIONS", most), overrides).of(Limit.FUNCTIONS))
                .isEqualTo(functions);
    }

    @Test
    void theLimitOfRunsOfThePlatformIsACap() {
        var settings = Map.of("FAAS_OWNER_MAX_RUNNING", "20");

        assertThat(with(settings, "{}").of(Limit.RUNNING)).isEqualTo(20);
        assertThat(with(settings, "{\"running\": 7}").of(Limit.RUNNING)).isEqualTo(7);
        assertThat(with(settings, "{\"running\": null}").of(Limit.RUNNING)).isEqualTo(20);
        assertThat(with(Map.of(), "{\"running\": 7}").of(Limit.RUNNING)).isEqualTo(7);
    }

    @Test
    void givenAQuota_whenWrittenAsJson_thenNoLimitIsNull() {
        var json = with(Map.of("FAAS_PROFILE", "private"), "{\"queued\": 5}").toJson();

        assertThat(json.get("queued").longValue()).isEqualTo(5);
        assertThat(json.get("requestsPerSecond").isNull()).isTrue();
        assertThat(json.size()).isEqualTo(Limit.values().length);
    }
}
