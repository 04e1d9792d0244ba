package dev.faas.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.local.Sync;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests how FAAS_SYNC and --sync are read. */
class SyncSettingTest {
    @Test
    void alwaysAndIntervalAreRead_andTheDefaultIsInterval() {
        assertThat(Backends.readSync(Map.of("FAAS_SYNC", "always"))).isEqualTo(Sync.ALWAYS);
        assertThat(Backends.readSync(Map.of("FAAS_SYNC", "interval"))).isEqualTo(Sync.INTERVAL);
        assertThat(Backends.readSync(Map.of())).isEqualTo(Sync.DEFAULT);
    }

    @Test
    void anotherValueIsRejected_andTheMessageNamesTheAllowedOnes() {
        assertThatThrownBy(() -> Backends.readSync(Map.of("FAAS_SYNC", "sometimes")))
                .isInstanceOf(ConfigException.class)
                .hasMessage("FAAS_SYNC (--sync) must be always or interval, not 'sometimes'");
    }

    @Test
    void theSettingIsRejectedWhenFaasNatsUrlNamesTheServer() {
        assertThatThrownBy(() ->
                        Backends.readSync(Map.of("FAAS_SYNC", "always", "FAAS_NATS_URL", "nats://elsewhere:4222")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_NATS_URL")
                .hasMessageContaining("jetstream.sync_interval");
    }
}
