package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** A {@link RemoteClient} on the network of a node, from outside. */
final class RollingLoad implements AutoCloseable {
    private static final long LIMIT_MINUTES = 10;
    /** A gateway on one node is replaced stop first: its ports are closed until the next one has started. */
    private static final int LONGEST_GAP_MILLIS = 20_000;

    private static final int MOST_RETRIES = 400;

    private final Nodes nodes;
    private final Process process;
    private final BufferedReader out;

    private RollingLoad(Nodes nodes, Process process) {
        this.nodes = nodes;
        this.process = process;
        this.out = process.inputReader();
    }

    /** All of a visit at once. */
    static Counts of(Nodes nodes, int node, String... arguments) throws IOException, InterruptedException {
        try (var visit = new RollingLoad(nodes, nodes.visit(node, arguments))) {
            return visit.end();
        }
    }

    /** By the same user again, who counts what there was of an earlier visit, too. */
    static Counts again(Nodes nodes, int node, Counts before) throws IOException, InterruptedException {
        return of(
                nodes,
                node,
                "again",
                before.json().path("user").asText(),
                before.json().path("first").asText());
    }

    /** Load that goes on until {@link #end}. */
    static RollingLoad traffic(Nodes nodes, int node) throws IOException {
        return begun(nodes, node, "traffic");
    }

    /** One that is ready, and waits for {@link #end} to go on. */
    static RollingLoad begun(Nodes nodes, int node, String what) throws IOException {
        var visit = new RollingLoad(nodes, nodes.visit(node, what));
        assertThat(visit.out.readLine()).isEqualTo("ready");
        return visit;
    }

    Counts end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        var line = out.readLine();
        assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
        assertThat(line).as("what the visitor says in the end").isNotNull();
        var json = Codec.toTree(line.getBytes(StandardCharsets.UTF_8));
        var ids = StreamSupport.stream(json.path("ids").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        return new Counts(json, ids.isEmpty() ? json : StreamEnds.count(nodes, ids));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** What a visitor has counted. */
    /** @param ends of each activation accepted during this load, as the event stream has them */
    record Counts(JsonNode json, JsonNode ends) {
        int number(String name) {
            return json.path(name).asInt();
        }

        /** Nothing was refused, and nothing lost. Says the numbers. */
        Counts flawless(String what) {
            lostNothing(what);
            assertThat(json.path("refused")).as("refused").isEmpty();
            return this;
        }

        /** All that was accepted ran and ended once, and well; refusals that said so may be among the numbers. */
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
