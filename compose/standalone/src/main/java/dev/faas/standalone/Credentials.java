package dev.faas.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** The platform's id and the passwords of its parts at the bus: made at the first start, kept in the data directory. */
final class Credentials {
    private static final List<String> PARTS = List.of("gateway", "auth", "registry", "spawner");
    private static final String PLATFORM = "platform";

    private final Properties values;

    private Credentials(Properties values) {
        this.values = values;
    }

    static Credentials of(Path file) throws IOException {
        var values = new Properties();
        if (Files.exists(file)) {
            try (var in = Files.newBufferedReader(file)) {
                values.load(in);
            }
        } else {
            values.setProperty(PLATFORM, "faas-" + random(6));
            // With a letter first: the bus's configuration takes a bare 123 for a number.
            PARTS.forEach(part -> values.setProperty("nats." + part, "p" + random(24)));
            DataDirectory.writeSecret(
                    file,
                    values.stringPropertyNames().stream()
                            .sorted()
                            .map(name -> name + "=" + values.getProperty(name) + "\n")
                            .collect(Collectors.joining()));
        }
        return new Credentials(values);
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
