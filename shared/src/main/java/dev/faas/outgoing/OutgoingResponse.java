package dev.faas.outgoing;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;

/**
 * What a receiver answered, to show it to the user.
 *
 * @param headers in lower case, to 1 KiB; {@code retry-after} is always among them
 * @param body the first KiB as UTF-8, without NUL
 */
public record OutgoingResponse(int status, Map<String, String> headers, String body) {
    public OutgoingResponse {
        headers = Map.copyOf(headers);
    }

    public boolean isSuccess() {
        return status / 100 == 2;
    }

    /** RFC 9110, 10.2.3: seconds or a date. Empty without a valid one. */
    public Optional<Duration> retryAfter(Instant now) {
        var text = headers.getOrDefault("retry-after", "");
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(at.isAfter(now) ? Duration.between(now, at) : Duration.ZERO);
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
