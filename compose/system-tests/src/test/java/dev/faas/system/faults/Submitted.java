package dev.faas.system.faults;

/**
 * What was answered with 202.
 *
 * @param key its Idempotency-Key; empty: it had none
 * @param atNanos when the answer came, by {@link System#nanoTime}
 */
record Submitted(String id, Kind kind, String argument, String key, long atNanos) {}
