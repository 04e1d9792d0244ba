package dev.faas.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.faas.config.ConfigException;
import dev.faas.config.Env;
import dev.faas.testing.TestCertificate;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayConfigTest {
    @Test
    void givenNoSettings_whenRead_thenTheDefaultsHold() {
        var env = Env.of(Map.of("FAAS_PROFILE", "private"));

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

    @ParameterizedTest
    @CsvSource({
        "FAAS_TLS_CERT_FILE, /cert, FAAS_TLS_KEY_FILE is required: certificate and key belong together",
        "FAAS_TLS_KEY_FILE, /key, FAAS_TLS_CERT_FILE is required: certificate and key belong together",
        "FAAS_REQUIRE_TLS, true, 'FAAS_REQUIRE_TLS is true, so set FAAS_TLS_CERT_FILE and FAAS_TLS_KEY_FILE'"
    })
    void givenHalfOfTls_whenRead_thenItIsRefused(String name, String value, String message) {
        var env = Env.of(Map.of("FAAS_PROFILE", "private", name, value));

        GatewayConfig.from(env);

        assertThatThrownBy(env::check).hasMessageContaining(message);
    }

    @Test
    void givenInnerTls_whenAServiceHasAPlainUrl_thenItIsRefused(@TempDir Path directory) throws Exception {
        var files = TestCertificate.create(directory, "gateway");
        var env = Env.of(Map.of(
                "FAAS_PROFILE", "private",
                "FAAS_AUTH_URL", "https://auth-service:8080",
                "FAAS_INNER_TLS_CERT_FILE", files.chain().toString(),
                "FAAS_INNER_TLS_KEY_FILE", files.key().toString(),
                "FAAS_INNER_TLS_CA_FILE", files.authority().toString()));

        assertThat(GatewayConfig.from(env).services().tls()).isNotNull();

        assertThatThrownBy(env::check)
                .hasMessage("FAAS_REGISTRY_URL must begin with https:// where FAAS_INNER_TLS_CA_FILE is set");
    }

    @Test
    void givenFilesOfTls_whenTlsIsRequired_thenThatIsEnough() {
        var env = Env.of(Map.of(
                "FAAS_PROFILE", "private",
                "FAAS_REQUIRE_TLS", "true",
                "FAAS_TLS_CERT_FILE", "/cert",
                "FAAS_TLS_KEY_FILE", "/key"));

        var tls = GatewayConfig.from(env).tls();
        env.check();

        assertThat(tls.files()).isEqualTo(new GatewayConfig.Tls.Files(Path.of("/cert"), Path.of("/key")));
        assertThat(tls.expected()).isFalse();
    }
}
