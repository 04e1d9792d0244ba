package dev.faas.wire;

/**
 * One version of a secret, in the bucket SECRETS. The newest one has the key {@code <owner>.<name>}, older ones
 * {@code <owner>.<name>.<version>}.
 *
 * @param number of this version of the secret
 * @param sealKey id of the key that it is sealed to
 * @param sealed in base64
 */
public record SealedSecret(int number, String sealKey, String sealed) implements Versioned {
    /** Of the newest version. */
    public static String key(String owner, String name) {
        return owner + "." + name;
    }

    /** Of an older version. */
    public static String key(String owner, String name, int version) {
        return key(owner, name) + "." + version;
    }
}
