package dev.faas.source;

import dev.faas.wire.Ids;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives the id of a message's activation, so that a message which is delivered again finds it. */
public final class MessageIds {
    private static final String ALGORITHM = "HmacSHA256";

    private MessageIds() {}

    /**
     * @param seed of the source
     * @param storedAt tells messages apart after NATS has lost its disk: then sequences begin again
     */
    public static String id(byte[] seed, long sequence, Instant storedAt) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(seed, ALGORITHM));
            var message = ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                    .putLong(sequence)
                    .putLong(storedAt.getEpochSecond())
                    .putInt(storedAt.getNano());
            var rest = ByteBuffer.wrap(mac.doFinal(message.array()));
            return Ids.derived(storedAt, rest.getInt(), rest.getLong());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }
}
