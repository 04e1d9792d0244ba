package dev.faas.destination;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to a destination, as the API shows it.
 *
 * @param status null: there was no response
 * @param error why there was no response
 * @param response its begin
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DeliveryAttempt(
        Instant at,
        long durationMs,
        @Nullable Integer status,
        @Nullable String error,
        Map<String, String> responseHeaders,
        @Nullable String response) {}
