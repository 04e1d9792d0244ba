package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A record that crosses a boundary as JSON. Its {@code v} grows only when an older reader would misread a newer writer. */
public interface Versioned {
    @JsonProperty("v")
    default int version() {
        return 1;
    }
}
