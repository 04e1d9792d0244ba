package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
    @Test
    void givenNoSettings_whenRead_thenTheDefaultsHold() {
        var env = Env.of(Map.of());

        var config = GatewayConfig.from(env);
        env.check();

        assertThat(config.ports()).isEqualTo(new GatewayConfig.Ports(8000, 4000, 5000));
        assertThat(config.services().auth()).isEqualTo(URI.create("http://127.0.0.1:8080"));
        assertThat(config.services().registry()).isEqualTo(URI.create("http://127.0.0.1:8081"));
        assertThat(config.patience()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.streams().heartbeat()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.streams().stall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.http().idleTimeout()).isGreaterThan(Duration.ofSeconds(60));
    }

    @Test
    void givenSeveralWrongSettings_whenRead_thenAllAreNamedAtOnce() {
        var env = Env.of(Map.of(
                "FAAS_PORT", "x",
                "FAAS_AUTH_PORT", "70000",
                "FAAS_AUTH_URL", "no url at all",
                "FAAS_REGISTRY_URL", "ftp://registry",
                "FAAS_SSE_HEARTBEAT", "0s",
                "FAAS_SSE_STALL_LIMIT", "soon"));

        GatewayConfig.from(env);

        assertThatThrownBy(env::check)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FAAS_PORT")
                .hasMessageContaining("FAAS_AUTH_PORT")
                .hasMessageContaining("FAAS_AUTH_URL")
                .hasMessageContaining("FAAS_REGISTRY_URL")
                .hasMessageContaining("FAAS_SSE_HEARTBEAT")
                .hasMessageContaining("FAAS_SSE_STALL_LIMIT");
    }

    @Test
    void givenAWaitThatTheIdleTimeoutCutsShort_whenRead_thenThatIsRefused() {
        var env = Env.of(
                Map.of("FAAS_SSE_HEARTBEAT", "50s", "FAAS_NATS_PATIENCE", "50s", "FAAS_HTTP_IDLE_TIMEOUT", "90s"));

        GatewayConfig.from(env);

        assertThatThrownBy(env::check)
                .hasMessageContaining("FAAS_SSE_HEARTBEAT must be at most half of FAAS_HTTP_IDLE_TIMEOUT")
                .hasMessageContaining("FAAS_NATS_PATIENCE must be at most half of FAAS_HTTP_IDLE_TIMEOUT");
    }
}
