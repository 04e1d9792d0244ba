package dev.faas.activation;

/** A record as the stream keeps it; the sequence is what the next compare-and-set expects. */
public record Snapshot(ActivationRecord record, long sequence) {}
