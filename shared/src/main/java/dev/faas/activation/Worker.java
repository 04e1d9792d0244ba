package dev.faas.activation;

/** A spawner's id, which outlives its restarts, and its incarnation, which does not. */
public record Worker(String spawner, String incarnation) {}
