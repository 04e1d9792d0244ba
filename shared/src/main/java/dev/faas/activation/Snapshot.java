package dev.faas.activation;

/** Pairs a record with its sequence in the stream, which the next compare-and-set expects. */
public record Snapshot(ActivationRecord record, long sequence) {}
