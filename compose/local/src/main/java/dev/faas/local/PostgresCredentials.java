package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** The passwords of one database, made at its first start and kept beside it in a file of mode 600. */
final class PostgresCredentials {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 32;

    private final Map<String, String> passwords;

    private PostgresCredentials(Map<String, String> passwords) {
        this.passwords = Map.copyOf(passwords);
    }

    static PostgresCredentials readOrMake(Path file, Iterable<String> users) throws IOException {
        if (!Files.exists(file)) {
            make(file, users);
        }
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        var passwords = new HashMap<String, String>();
        for (var user : users) {
            var password = properties.getProperty(user);
            if (password == null) {
                throw new StartFailed(file + " has no password for " + user);
            }
            passwords.put(user, password);
        }
        return new PostgresCredentials(passwords);
    }

    private static void make(Path file, Iterable<String> users) throws IOException {
        var random = new SecureRandom();
        var text = new StringBuilder();
        for (var user : users) {
            text.append(user).append('=').append(password(random)).append('\n');
        }
        writePrivately(file, text.toString());
    }

    /** Whole or not at all, and never readable by others, not even for a moment. */
    static void writePrivately(Path file, String text) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var beside = Files.createTempFile(file.toAbsolutePath().getParent(), "new-", "", mode);
        Files.writeString(beside, text);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String password(SecureRandom random) {
        var text = new StringBuilder(LENGTH);
        random.ints(LENGTH, 0, LETTERS.length()).forEach(at -> text.append(LETTERS.charAt(at)));
        return text.toString();
    }

    String of(String user) {
        var password = passwords.get(user);
        if (password == null) {
            throw new IllegalArgumentException("no such user: " + user);
        }
        return password;
    }
}
