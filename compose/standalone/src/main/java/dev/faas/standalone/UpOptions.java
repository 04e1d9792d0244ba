package dev.faas.standalone;

import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code ./faas up} can be told.
 *
 * @param host address of the three public ports; everything else listens on loopback
 * @param port of the API; like the other two, 0 takes a free one
 * @param data where everything that lasts is kept
 * @param environment further {@code FAAS_…} settings, passed on to every part
 */
public record UpOptions(
        String host, int port, int authPort, int registryPort, Path data, Map<String, String> environment) {
    public UpOptions {
        environment = Map.copyOf(environment);
    }

    /** Free ports of the loopback address. */
    public static UpOptions local(Path data, Map<String, String> environment) {
        return new UpOptions("127.0.0.1", 0, 0, 0, data, environment);
    }
}
