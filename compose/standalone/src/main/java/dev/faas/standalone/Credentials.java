package dev.faas.standalone;

import dev.faas.local.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** Keeps the platform's id, its keys and the NATS passwords of its services in the data directory, generated at the first start. */
final class Credentials {
    private static final List<String> PARTS = List.of("gateway", "auth", "registry", "spawner");
    private static final String PLATFORM = "platform";
    private static final int KEK_BYTES = 32;
    private static final int PEM_LINE = 64;

    private final Properties values;

    private Credentials(Properties values) {
        this.values = values;
    }

    static Credentials readOrCreate(Path file) throws IOException {
        var values = new Properties();
        if (Files.exists(file)) {
            try (var in = Files.newBufferedReader(file)) {
                values.load(in);
            }
        } else {
            values.setProperty(PLATFORM, "faas-" + random(6));
            // A letter first: nats.conf would parse 123 as a number.
            PARTS.forEach(part -> values.setProperty("nats." + part, "p" + random(24)));
            SecretFile.write(
                    file,
                    values.stringPropertyNames().stream()
                            .sorted()
                            .map(name -> name + "=" + values.getProperty(name) + "\n")
                            .collect(Collectors.joining()));
        }
        return new Credentials(values);
    }

    /** Unless it is there. */
    static Path createKek(Path file) throws IOException {
        if (!Files.exists(file)) {
            SecretFile.write(file, random(KEK_BYTES) + "\n");
        }
        return file;
    }

    /** Both files in PEM, unless they are there. */
    static void createSealKeys(Path privateFile, Path publicFile) throws IOException {
        if (Files.exists(publicFile)) {
            return;
        }
        try {
            var pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
            SecretFile.write(privateFile, pem("PRIVATE KEY", pair.getPrivate()));
            SecretFile.write(publicFile, pem("PUBLIC KEY", pair.getPublic()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM does not support X25519: use another JDK", e);
        }
    }

    private static String pem(String kind, Key key) {
        var text = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind);
    }

    String platform() {
        return values.getProperty(PLATFORM);
    }

    String natsPassword(String part) {
        return values.getProperty("nats." + part);
    }

    /** The variables that nats.conf refers to. */
    Map<String, String> natsVariables() {
        return PARTS.stream()
                .collect(Collectors.toMap(
                        part -> "FAAS_NATS_" + part.toUpperCase(Locale.ROOT) + "_PASSWORD", this::natsPassword));
    }

    private static String random(int bytes) {
        var value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
