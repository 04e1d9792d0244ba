package dev.faas.source;

import dev.faas.hook.BodyMapping;
import dev.faas.wire.Versioned;

/**
 * A source as its user wrote it, without its function.
 *
 * @param subject of its owner, with or without wildcards
 * @param body what of a message becomes the argument
 * @param maxInFlight messages that are being submitted at once
 */
public record SourceSpec(String name, String subject, BodyMapping body, int maxInFlight) implements Versioned {}
