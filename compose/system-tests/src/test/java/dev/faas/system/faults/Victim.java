package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.util.List;

/** What a fault befalls at one moment: the processes, and what connects them with the rest. */
record Victim(List<Part> parts, List<FaultyLink> cables) {
    String names() {
        return String.join(", ", parts.stream().map(Part::name).toList());
    }
}
