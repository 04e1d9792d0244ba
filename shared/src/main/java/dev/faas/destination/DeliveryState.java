package dev.faas.destination;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What became of a delivery. */
public enum DeliveryState {
    PENDING,
    SUCCEEDED,
    FAILED,
    DROPPED;

    /** As the API writes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<DeliveryState> of(String text) {
        return Arrays.stream(values())
                .filter(state -> state.text().equals(text))
                .findFirst();
    }
}
