package dev.faas.gateway.read;

import dev.faas.activation.ActivationRecord;
import dev.faas.activation.Status;

/** Tells an activation's id and status in a short JSON body. */
public record ActivationStatus(String activationId, Status status) {
    public static ActivationStatus of(ActivationRecord record) {
        return new ActivationStatus(record.id(), record.currentStatus());
    }
}
