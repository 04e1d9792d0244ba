package dev.faas.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Keeps the passwords of one database in a file of mode 600, generated at its first start. */
final class PostgresCredentials {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 32;

    private final Map<String, String> passwords;

    private PostgresCredentials(Map<String, String> passwords) {
        this.passwords = Map.copyOf(passwords);
    }

    static PostgresCredentials readOrCreate(Path file, Iterable<String> users) throws IOException {
        if (!Files.exists(file)) {
            create(file, users);
        }
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        var passwords = new HashMap<String, String>();
        for (var user : users) {
            var password = properties.getProperty(user);
            if (password == null) {
                throw new StartFailed(
                        file + " has no password for " + user + ": restore the file from a backup, or move the"
                                + " whole data directory away to start with an empty database");
            }
            passwords.put(user, password);
        }
        return new PostgresCredentials(passwords);
    }

    private static void create(Path file, Iterable<String> users) throws IOException {
        var random = new SecureRandom();
        var text = new StringBuilder();
        for (var user : users) {
            text.append(user).append('=').append(password(random)).append('\n');
        }
        SecretFile.write(file, text.toString());
    }

    private static String password(SecureRandom random) {
        var text = new StringBuilder(LENGTH);
        random.ints(LENGTH, 0, LETTERS.length()).forEach(index -> text.append(LETTERS.charAt(index)));
        return text.toString();
    }

    String of(String user) {
        var password = passwords.get(user);
        if (password == null) {
            throw new IllegalArgumentException("no password for user " + user);
        }
        return password;
    }
}
