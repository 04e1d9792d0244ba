package dev.faas.spawner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.TestImages;
import dev.faas.testing.ProcessSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a spawner as a separate process, which can be killed and frozen. */
final class SpawnerProcess implements AutoCloseable {
    private final Process process;

    private SpawnerProcess(Process process) {
        this.process = process;
    }

    /** With the timing of a real platform. Boots nothing ahead, so each of its containers runs an activation. */
    static SpawnerProcess start(String platform, String name, int slots, String natsUrl, Path log) throws IOException {
        return start(platform, name, slots, natsUrl, log, Map.of());
    }

    /** @param more environment variables */
    static SpawnerProcess start(
            String platform, String name, int slots, String natsUrl, Path log, Map<String, String> more)
            throws IOException {
        var builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dlogback.configurationFile=logback.xml", // as in production, not as in tests
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("FAAS_"));
        builder.environment()
                .putAll(Map.of(
                        "FAAS_PLATFORM_ID",
                        platform,
                        "FAAS_SPAWNER_ID",
                        name,
                        "FAAS_SLOTS",
                        Integer.toString(slots),
                        "FAAS_POOL_SANDBOXES",
                        "0",
                        "FAAS_GRACE",
                        "1s",
                        "FAAS_NATS_URL",
                        natsUrl,
                        "FAAS_DOCKER_HOST",
                        TestImages.dockerHost().toString(),
                        "FAAS_HTTP_HOST",
                        "127.0.0.1",
                        "FAAS_INTERNAL_PORT",
                        "0",
                        "FAAS_START_TIMEOUT",
                        "60s"));
        // The tests' images are local.
        builder.environment().put("FAAS_PROFILE", "private");
        builder.environment().putAll(more);
        return new SpawnerProcess(builder.start());
    }

    /** Sends a signal, such as {@code STOP}. */
    void signal(String name) throws Exception {
        ProcessSignal.send(name, process.pid());
    }

    /** Stops it and waits for its end. */
    void stop() throws Exception {
        signal("TERM");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
