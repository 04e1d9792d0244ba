package dev.faas.hook;

import dev.faas.wire.Versioned;

/**
 * What a gateway asks a registry for a hook, whose requests have no token. The answer is JSON, or empty when there is no such thing.
 *
 * @param ref id of an activation, or of a function with or without a revision
 */
public record HookQuestion(String owner, String ref) implements Versioned {}
