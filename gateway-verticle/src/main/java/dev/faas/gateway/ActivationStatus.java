package dev.faas.gateway;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Status;

/** The short answer about an activation: its id and its status. */
record ActivationStatus(String activationId, Status status) {
    static ActivationStatus of(ActivationRecord record) {
        return new ActivationStatus(record.id(), record.currentStatus());
    }
}
