package dev.faas.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLogTest {
    @Test
    void anEventIsOneLineOfJsonWithFlatNames() throws Exception {
        var event = event("line one\nline \"two\" {}", new IllegalStateException("lost"));
        event.setMDCPropertyMap(Map.of("requestId", "r-1", "activationId", "a-1", "password", "secret"));

        var line = new String(new JsonLog().encode(event), StandardCharsets.UTF_8);

        assertThat(line).endsWith("}\n").containsOnlyOnce("\n").doesNotContain("secret");
        var json = new ObjectMapper().readTree(line);
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("time", "level", "service", "logger", "message", "requestId", "activationId", "error");
        assertThat(json.path("time").asText()).isEqualTo("2026-01-02T03:04:05.000Z");
        assertThat(json.path("message").asText()).isEqualTo("line one\nline \"two\" x");
        assertThat(json.path("error").asText()).contains("IllegalStateException: lost", "JsonLogTest");
    }

    @Test
    void whatAnEventHasNotIsLeftOut() throws Exception {
        var event = event("stopped", null);
        event.setMDCPropertyMap(Map.of());

        var json = new ObjectMapper().readTree(new JsonLog().encode(event));

        assertThat(json.has("requestId")).isFalse();
        assertThat(json.has("error")).isFalse();
    }

    private static LoggingEvent event(String message, Throwable failure) {
        var logger = new LoggerContext().getLogger("audit");
        var event = new LoggingEvent("", logger, Level.WARN, message, failure, new Object[] {"x"});
        event.setInstant(Instant.parse("2026-01-02T03:04:05Z"));
        return event;
    }
}
