package dev.faas.system.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvents;
import dev.faas.config.Env;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.system.faults.Ends;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Counts the ends of activations in the event stream itself: an SSE stream closes at the first end and would hide a second.
 * Only services can reach NATS, so this runs in a registry's container, with its settings and libraries.
 */
final class StreamEnds {
    private static final List<Class<?>> PROGRAM = List.of(StreamEnds.class, Ends.class);
    private static final long LIMIT_SECONDS = 60;

    private StreamEnds() {}

    /** Activation id → number of ends; {@code {}} for no ids. */
    static JsonNode count(Nodes nodes, List<String> ids) throws IOException, InterruptedException {
        var jar = Files.createTempFile("ends", ".jar");
        try {
            write(jar);
            for (int node = 1; node <= nodes.count(); node++) {
                var shell = nodes.on(node);
                var registries =
                        shell.lines(Nodes.SHORT, "docker ps -q --filter name=registry-service --filter health=healthy");
                if (!registries.isEmpty()) {
                    return count(shell, registries.getFirst(), jar, ids);
                }
            }
            throw new IOException("no registry-service is healthy on any node");
        } finally {
            Files.delete(jar);
        }
    }

    private static JsonNode count(Shell shell, String container, Path jar, List<String> ids)
            throws IOException, InterruptedException {
        shell.line(Nodes.SHORT, "docker exec -i " + container + " sh -c 'cat > /tmp/ends.jar' < " + jar);
        var json = shell.line(
                Nodes.SHORT,
                "printf '%s\\n' " + String.join(" ", ids) + " | docker exec -i " + container
                        + " java -Xmx64m -XX:+UseSerialGC -cp /app/service.jar:/tmp/ends.jar "
                        + StreamEnds.class.getName());
        return Codec.readTree(json.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path jar) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var type : PROGRAM) {
                var name = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(name));
                try (var bytes = type.getClassLoader().getResourceAsStream(name)) {
                    bytes.transferTo(out);
                }
            }
        }
    }

    /** Runs in the container: reads ids from stdin, one per line, and prints the counts. */
    public static void main(String[] args) throws Exception {
        var env = Env.of(System.getenv());
        var config = NatsConfig.from(env);
        env.check();
        var counts = new TreeMap<String, Integer>();
        try (var nats = Nats.connect(config, "ends")) {
            var events = new ActivationEvents(nats);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            for (var id : new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .lines()
                    .toList()) {
                counts.put(id, Ends.count(events, id, until));
            }
        }
        System.out.println(new String(Codec.write(counts), StandardCharsets.UTF_8));
    }
}
