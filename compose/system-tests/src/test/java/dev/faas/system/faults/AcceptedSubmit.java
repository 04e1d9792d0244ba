package dev.faas.system.faults;

/**
 * Describes a submit that was answered with 202.
 *
 * @param key its Idempotency-Key; empty if it had none
 * @param atNanos time of the response, of {@link System#nanoTime}
 */
record AcceptedSubmit(String id, LoadFunction kind, String argument, String key, long atNanos) {}
