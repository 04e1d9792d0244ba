package dev.faas.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What the build wrote into {@code version.properties} and, in the jar of a program, {@code commit.properties}.
 *
 * @param commit its full hash, with {@code -dirty} when the sources differed from it; {@code unknown} without a repository
 * @param commitTime in UTC, as RFC 3339 has it, or {@code unknown}; the time of the build would make two builds differ
 */
public record Version(String version, String commit, String commitTime) {
    private static final String UNKNOWN = "unknown";

    public static Version current() {
        var properties = new Properties();
        read("/dev/faas/version.properties", properties);
        read("/dev/faas/commit.properties", properties);
        return new Version(
                properties.getProperty("version"),
                properties.getProperty("commit", UNKNOWN),
                properties.getProperty("time", UNKNOWN));
    }

    private static void read(String resource, Properties properties) {
        try (var in = Version.class.getResourceAsStream(resource)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
