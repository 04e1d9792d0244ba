package dev.faas.batch;

import dev.faas.acceptance.Submission;
import dev.faas.wire.Codec;
import dev.faas.wire.Ids;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives what identifies the items of a batch from its seed, so that a repeat of its request finds the same. Not thread-safe. */
public final class ItemIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int CONTENT_BYTES = 12;

    private final String batch;
    private final Mac mac;

    public ItemIds(String batch, byte[] seed) {
        this.batch = batch;
        try {
            this.mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(seed, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JVM has " + ALGORITHM, e);
        }
    }

    /** Of the activation of the item. */
    public String id(int index) {
        var rest = mac.doFinal(ByteBuffer.allocate(Integer.BYTES).putInt(index).array());
        return Ids.item(batch, index, ByteBuffer.wrap(rest).getLong());
    }

    /** Equal for equal submissions of this batch. */
    public String content(Submission submission) {
        var meaning = mac.doFinal(Codec.write(List.of(submission.argument(), new TreeMap<>(submission.tags()))));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(meaning, CONTENT_BYTES));
    }
}
