package dev.faas.wire;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Marks a record that is stored or sent as JSON. Its {@code v} grows only when an older reader would misread a newer record. */
public interface Versioned {
    @JsonProperty("v")
    default int version() {
        return 1;
    }
}
