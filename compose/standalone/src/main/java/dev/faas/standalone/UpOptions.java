package dev.faas.standalone;

import java.nio.file.Path;
import java.util.Map;

/**
 * Holds the options of {@code ./faas up}.
 *
 * @param host address of the three public ports; all other ports are on loopback
 * @param port of the API; 0 takes any free port, as for the other two
 * @param data the data directory
 * @param environment {@code FAAS_…} settings for all services
 */
public record UpOptions(
        String host, int port, int authPort, int registryPort, Path data, Map<String, String> environment) {
    public UpOptions {
        environment = Map.copyOf(environment);
    }

    /** On free ports of the loopback address. */
    public static UpOptions local(Path data, Map<String, String> environment) {
        return new UpOptions("127.0.0.1", 0, 0, 0, data, environment);
    }
}
