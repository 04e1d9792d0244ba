package dev.faas.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Reads the version that the build wrote into {@code version.properties}. */
final class Version {
    private Version() {}

    static String current() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("/dev/faas/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
