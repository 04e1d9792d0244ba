package dev.faas.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What the build wrote into {@code version.properties}.
 *
 * @param commit its full hash, with {@code -dirty} when the sources differed from it; {@code unknown} without a repository
 * @param commitTime in UTC, as RFC 3339 has it, or {@code unknown}; the time of the build would make two builds differ
 */
public record Version(String version, String commit, String commitTime) {

    public static Version current() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("/dev/faas/version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Version(
                properties.getProperty("version"), properties.getProperty("commit"), properties.getProperty("time"));
    }
}
