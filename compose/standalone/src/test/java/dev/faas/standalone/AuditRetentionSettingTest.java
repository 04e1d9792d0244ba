package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests how FAAS_AUDIT_RETENTION is read. */
class AuditRetentionSettingTest {
    @Test
    void itIsATimeFromOneDay() {
        assertThat(Backends.readRetention(Map.of())).isEqualTo(Duration.ofDays(400));
        assertThat(Backends.readRetention(Map.of("FAAS_AUDIT_RETENTION", "30d")))
                .isEqualTo(Duration.ofDays(30));
        assertThatThrownBy(() -> Backends.readRetention(Map.of("FAAS_AUDIT_RETENTION", "1h")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("FAAS_AUDIT_RETENTION must be at least 1d");
    }

    @Test
    void itIsRejectedWhenFaasPgUrlNamesTheServer() {
        var environment = Map.of("FAAS_AUDIT_RETENTION", "30d", "FAAS_PG_URL", "postgres://elsewhere:5432/faas");

        assertThatThrownBy(() -> Backends.readRetention(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("postgres-roles.sh");
    }
}
