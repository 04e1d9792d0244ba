package dev.faas.nats;

/**
 * A message that reached us by a plain subscription.
 *
 * @param sequence of the stored message it was republished from; 0 when it is no republished one
 * @param previous sequence of the message before it on the same subject; 0 when it was the first: what shows a hole
 */
public record LiveMessage(StoredMessage message, long sequence, long previous) {}
