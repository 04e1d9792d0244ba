package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** Starts a {@link RemoteClient} in the network of a node, and checks its results. */
final class RollingLoad implements AutoCloseable {
    private static final long LIMIT_MINUTES = 10;
    /** On one node the old gateway stops first; Compose makes every container anew: 12 to 21 s on two busy cores. */
    private static final int LONGEST_GAP_MILLIS = 60_000;

    /** Four tasks repeat their requests every 200 ms while nothing answers. */
    private static final int MOST_RETRIES = 4 * LONGEST_GAP_MILLIS / 200;

    private final Nodes nodes;
    private final Process process;
    private final BufferedReader out;

    private RollingLoad(Nodes nodes, Process process) {
        this.nodes = nodes;
        this.process = process;
        this.out = process.inputReader();
    }

    /** Runs a client to its end. */
    static Counts of(Nodes nodes, int node, String... arguments) throws IOException, InterruptedException {
        try (var load = new RollingLoad(nodes, nodes.startClient(node, arguments))) {
            return load.end();
        }
    }

    /** Runs a client as an earlier user; its counts include the earlier activation. */
    static Counts again(Nodes nodes, int node, Counts before) throws IOException, InterruptedException {
        return of(
                nodes,
                node,
                "again",
                before.json().path("user").asText(),
                before.json().path("first").asText());
    }

    /** Starts a load that runs until {@link #end}. */
    static RollingLoad traffic(Nodes nodes, int node) throws IOException {
        return begun(nodes, node, "traffic");
    }

    /** Starts a client and waits until it is ready; it continues at {@link #end}. */
    static RollingLoad begun(Nodes nodes, int node, String what) throws IOException {
        var load = new RollingLoad(nodes, nodes.startClient(node, what));
        assertThat(load.out.readLine()).isEqualTo("ready");
        return load;
    }

    Counts end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        var line = out.readLine();
        assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(line).as("results of the client").isNotNull();
        var json = Codec.readTree(line.getBytes(StandardCharsets.UTF_8));
        var ids = StreamSupport.stream(json.path("ids").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        return new Counts(nodes, json, ids.isEmpty() ? json : StreamEnds.count(nodes, ids));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * What the load has counted.
     *
     * @param ends of each activation accepted during this load, as the event stream has them
     */
    record Counts(Nodes nodes, JsonNode json, JsonNode ends) {
        int number(String name) {
            return json.path(name).asInt();
        }

        /** Checks that nothing was refused or lost, and prints the counts; what the services warned of, too, if it was. */
        Counts flawless(String what) throws IOException, InterruptedException {
            lostNothing(what);
            var refused = json.path("refused");
            if (!refused.isEmpty()) {
                System.out.println(what + ", what the services warned of:\n" + nodes.warnings());
            }
            assertThat(refused).as("refused").isEmpty();
            return this;
        }

        /** Checks that every accepted activation succeeded and ended once. Documented rejections are allowed. */
        Counts lostNothing(String what) {
            System.out.println(what + ": " + json);
            assertThat(json.path("unhappy")).as("not ended well").isEmpty();
            assertThat(number("accepted")).isPositive();
            json.path("ids")
                    .forEach(id -> assertThat(ends.path(id.asText()).asInt())
                            .as("ends of %s in the event stream", id.asText())
                            .isEqualTo(1));
            assertThat(json.path("failures")).as("tasks of the load that threw").isEmpty();
            assertThat(number("longestGapMillis"))
                    .as("longest time without an answer")
                    .isLessThan(LONGEST_GAP_MILLIS);
            assertThat(number("retried")).as("requests that were repeated").isLessThan(MOST_RETRIES);
            return this;
        }
    }
}
