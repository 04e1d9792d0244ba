package dev.faas.gateway.read;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Status;

/** The short answer about an activation: its id and its status. */
public record ActivationStatus(String activationId, Status status) {
    public static ActivationStatus of(ActivationRecord record) {
        return new ActivationStatus(record.id(), record.currentStatus());
    }
}
