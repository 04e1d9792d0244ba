package dev.faas.activation;

/** Names one process of a spawner: the id survives a restart, the incarnation does not. */
public record Worker(String spawner, String incarnation) {}
