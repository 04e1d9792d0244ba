package dev.faas.system.faults;

import dev.faas.testing.FaultyLink;
import java.util.List;

/** Holds the target of a fault: processes, and the links that connect them to other parts. */
record FaultTarget(List<Part> parts, List<FaultyLink> links) {
    String names() {
        return String.join(", ", parts.stream().map(Part::name).toList());
    }
}
