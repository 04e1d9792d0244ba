package dev.faas.activation;

/** Something that happened to an activation; the sequence orders everything of one activation. */
public sealed interface ActivationEvent {
    long sequence();

    record StateEvent(long sequence, ActivationRecord record) implements ActivationEvent {}

    record OutputEvent(long sequence, OutputChunk chunk) implements ActivationEvent {}
}
