package dev.faas.activation;

/** Reports a new state or new output of an activation. The sequence orders all events of one activation. */
public sealed interface ActivationEvent {
    long sequence();

    record StateEvent(long sequence, ActivationRecord record) implements ActivationEvent {}

    record OutputEvent(long sequence, OutputChunk chunk) implements ActivationEvent {}
}
