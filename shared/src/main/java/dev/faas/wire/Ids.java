package dev.faas.wire;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Creates and checks identifiers: UUIDv7 (RFC 9562) as 26 characters of lower-case Crockford base32. As text they sort by the
 * millisecond of their creation. Ids of users and functions have a prefix, ids of activations have none.
 */
public final class Ids {
    private static final Pattern SPAWNER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final byte[] DIGITS = digits();
    private static final String FUNCTION = "fn_";
    private static final String USER = "usr_";
    private static final String SCHEDULE = "sch_";
    private static final String HOOK = "hk_";
    private static final String SOURCE = "src_";
    private static final String DESTINATION = "dst_";
    private static final String DELIVERY = "dlv_";
    private static final String EVENT = "evt_";
    private static final String BATCH = "bat_";
    private static final String JOB = "job_";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LENGTH = 26;
    private static final int ITEM_BITS = 20;
    /** In a batch. */
    public static final int MOST_ITEMS = 1 << ITEM_BITS;

    private static final int ITEM_LOW_BITS = 8;
    private static final int ITEM_LOW_MASK = 0xff;
    private static final int ITEM_HIGH_MASK = 0xfff;
    /** Below the variant. */
    private static final int ITEM_LOW_SHIFT = 54;

    private static final int TIME_SHIFT = 16;
    private static final long VERSION = 0x7000;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private Ids() {}

    public static String activation(Instant at) {
        return encode(
                at.toEpochMilli() << TIME_SHIFT | VERSION | RANDOM.nextInt(0x1000), VARIANT | RANDOM.nextLong() >>> 2);
    }

    public static String function(Instant at) {
        return FUNCTION + activation(at);
    }

    public static String user(Instant at) {
        return USER + activation(at);
    }

    public static String schedule(Instant at) {
        return SCHEDULE + activation(at);
    }

    public static String hook(Instant at) {
        return HOOK + activation(at);
    }

    public static String source(Instant at) {
        return SOURCE + activation(at);
    }

    /**
     * Of an activation whose cause determines it.
     *
     * @param high of which 12 bits are used
     * @param low of which 62 bits are used
     */
    public static String derived(Instant at, int high, long low) {
        return encode(at.toEpochMilli() << TIME_SHIFT | VERSION | (high & ITEM_HIGH_MASK), VARIANT | low >>> 2);
    }

    public static String batch(Instant at) {
        return BATCH + activation(at);
    }

    public static boolean isBatch(String text) {
        return text.startsWith(BATCH) && isBare(text, BATCH.length());
    }

    public static Instant timeOfBatch(String batch) {
        return timeOf(batch.substring(BATCH.length()));
    }

    /**
     * Of the activation of a batch's item: all have the time of the batch, and sort by their index.
     *
     * @param index less than 2^20
     * @param rest of which 54 bits are used
     */
    public static String item(String batch, int index, long rest) {
        if (index < 0 || index >= MOST_ITEMS) {
            throw new IllegalArgumentException("not an index of an item: " + index);
        }
        long time = timeOfBatch(batch).toEpochMilli();
        long low = (long) (index & ITEM_LOW_MASK) << ITEM_LOW_SHIFT;
        return encode(
                (time << TIME_SHIFT) | VERSION | (index >>> ITEM_LOW_BITS),
                VARIANT | low | (rest >>> (Long.SIZE - ITEM_LOW_SHIFT)));
    }

    /** Of an activation that {@link #item} made. */
    public static int indexOf(String item) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < LENGTH; i++) {
            high = (high << 5) | (low >>> (Long.SIZE - 5));
            low = (low << 5) | valueOf(item.charAt(i));
        }
        return (int) (((high & ITEM_HIGH_MASK) << ITEM_LOW_BITS) | ((low >>> ITEM_LOW_SHIFT) & ITEM_LOW_MASK));
    }

    public static String job(Instant at) {
        return JOB + activation(at);
    }

    public static Instant timeOfJob(String job) {
        return timeOf(job.substring(JOB.length()));
    }

    public static boolean isJob(String text) {
        return text.startsWith(JOB) && isBare(text, JOB.length());
    }

    /** The lowest possible delivery id of a millisecond. */
    public static String lowestDeliveryAt(Instant at) {
        return DELIVERY + lowestAt(at);
    }

    public static String destination(Instant at) {
        return DESTINATION + activation(at);
    }

    public static String delivery(Instant at) {
        return DELIVERY + activation(at);
    }

    /** The end of an activation has its id. */
    public static String event(String activation) {
        return EVENT + activation;
    }

    /** The lowest possible activation id of a millisecond, for the bound of a ledger partition or of a time filter. */
    public static String lowestAt(Instant at) {
        return encode(at.toEpochMilli() << TIME_SHIFT, 0);
    }

    /** The millisecond in which an activation id was created. */
    public static Instant timeOf(String activation) {
        if (!isActivation(activation)) {
            throw new IllegalArgumentException("not an activation id: " + activation);
        }
        long millis = 0;
        // The 48 bits of time are the first 10 characters: 26 characters have 130 bits, of which the first two are 0.
        for (int i = 0; i < 10; i++) {
            millis = millis << 5 | valueOf(activation.charAt(i));
        }
        return Instant.ofEpochMilli(millis);
    }

    /** @param trigger id of a schedule, a hook or a source */
    public static Instant timeOfTrigger(String trigger) {
        return timeOf(trigger.substring(trigger.indexOf('_') + 1));
    }

    public static boolean isTrigger(String text) {
        return isSchedule(text) || isHook(text) || isSource(text);
    }

    public static boolean isActivation(String text) {
        return isBare(text, 0);
    }

    public static boolean isFunction(String text) {
        return text.startsWith(FUNCTION) && isBare(text, FUNCTION.length());
    }

    public static boolean isUser(String text) {
        return text.startsWith(USER) && isBare(text, USER.length());
    }

    public static boolean isSchedule(String text) {
        return text.startsWith(SCHEDULE) && isBare(text, SCHEDULE.length());
    }

    public static boolean isHook(String text) {
        return text.startsWith(HOOK) && isBare(text, HOOK.length());
    }

    public static boolean isSource(String text) {
        return text.startsWith(SOURCE) && isBare(text, SOURCE.length());
    }

    public static boolean isDestination(String text) {
        return text.startsWith(DESTINATION) && isBare(text, DESTINATION.length());
    }

    public static boolean isDelivery(String text) {
        return text.startsWith(DELIVERY) && isBare(text, DELIVERY.length());
    }

    /** An id that an operator chose, or a host name. */
    public static boolean isSpawner(String text) {
        return SPAWNER.matcher(text).matches();
    }

    /** Without a regular expression, which took a tenth of the time of a submit: each subject checks its ids. */
    private static boolean isBare(String text, int from) {
        if (text.length() != from + LENGTH || text.charAt(from) > '7') {
            return false;
        }
        for (int i = from; i < text.length(); i++) {
            if (digit(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static String encode(long high, long low) {
        var text = new char[LENGTH];
        long h = high;
        long l = low;
        for (int i = LENGTH - 1; i >= 0; i--) {
            text[i] = ALPHABET[(int) (l & 31)];
            l = l >>> 5 | h << 59;
            h >>>= 5;
        }
        return new String(text);
    }

    private static int valueOf(char c) {
        int digit = digit(c);
        if (digit < 0) {
            throw new IllegalArgumentException("not a digit of Crockford base32: " + c);
        }
        return digit;
    }

    private static int digit(char c) {
        return c < DIGITS.length ? DIGITS[c] : -1;
    }

    private static byte[] digits() {
        var digits = new byte['z' + 1];
        Arrays.fill(digits, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            digits[ALPHABET[i]] = (byte) i;
        }
        return digits;
    }
}
