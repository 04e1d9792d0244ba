package dev.faas.nats;

/** A message that a plain subscription received.
 *
 * @param sequence of the stored message that was republished; 0 when this is not a republished message
 * @param previous sequence of the message before it on the same subject, which shows a gap; 0 when it was the first
 */
public record LiveMessage(StoredMessage message, long sequence, long previous) {}
