package dev.faas.system.deployed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.system.deployed.ContainerCaller.Port;
import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Uses a platform as a client, as a separate program in the network of one node. Prints one line of JSON at the end.
 * {@code story}: registers, creates a function, runs an activation. {@code spread N}: N of each. {@code traffic}: prints
 * "ready", sends some requests a second until its input ends, then waits for all accepted activations.
 * {@code again USER ACTIVATION}: logs in as an earlier user, checks its activation and runs another. {@code token}: prints
 * "ready"; after the end of its input uses its token until all three ports reject it, then logs in again.
 */
final class RemoteClient {
    private static final int EVERY_MILLIS = 100;
    private static final int SUBMIT_EVERY_MILLIS = 700;
    private static final String ARGUMENT = "1001";
    private static final String RESULT = "1001: 7 11 13\n";

    private final ContainerCaller caller;
    private final ConcurrentLinkedQueue<String> accepted = new ConcurrentLinkedQueue<>();
    /** Exceptions of the load's tasks. */
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    /** An activation of an earlier run: its events may have been pruned. */
    private String earlierActivation = "";

    private RemoteClient(ContainerCaller caller) {
        this.caller = caller;
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("again")) {
            var client = new RemoteClient(new ContainerCaller(args[1]));
            client.caller.login();
            client.earlierActivation = args[2];
            client.accepted.add(args[2]);
            client.submit("factor");
            client.report();
        } else {
            var client = new RemoteClient(
                    new ContainerCaller("user-" + UUID.randomUUID().toString().substring(0, 12)));
            client.caller.register();
            if (args[0].equals("token")) {
                client.useToken();
                return;
            }
            client.createFunction("factor");
            switch (args[0]) {
                case "story" -> client.submit("factor");
                case "spread" -> client.spread(Integer.parseInt(args[1]));
                case "traffic" -> client.generateTraffic();
                default -> throw new IllegalArgumentException(args[0]);
            }
            client.report();
        }
    }

    private void report() throws IOException {
        print(countResults());
        System.exit(0);
    }

    private static void print(Map<String, ?> counts) {
        System.out.println(new String(Codec.write(counts), StandardCharsets.UTF_8));
    }

    private void useToken() throws IOException {
        System.out.println("ready");
        System.in.readAllBytes();
        var old = caller.signer();
        var begun = System.nanoTime();
        while (!caller.refusedEverywhere()) {
            if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(2)) {
                throw new IOException("the token is still accepted: " + caller.refused);
            }
        }
        var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        caller.login();
        print(Map.of(
                "refusedAfterSeconds", seconds,
                "signedByAnother", !caller.signer().equals(old),
                "acceptedAgain", !caller.refusedAnywhere()));
    }

    private void createFunction(String name) throws IOException {
        caller.post(Port.FUNCTIONS, "/v1/functions", Map.of("name", name, "image", Nodes.FUNCTION));
    }

    private void submit(String function) throws IOException {
        var answer = caller.post(Port.API, "/v1/functions/" + function + "/activations", Map.of("argument", ARGUMENT));
        if (!answer.path("activationId").isMissingNode()) {
            accepted.add(answer.path("activationId").asText());
        }
    }

    /** Uses each token at every replica in turn, and invokes each function at once, at any replica. */
    private void spread(int count) throws IOException {
        for (var i = 0; i < count; i++) {
            caller.login();
            caller.get(Port.AUTH, "/v1/auth/me");
            caller.get(Port.FUNCTIONS, "/v1/functions/factor");
            createFunction("factor-" + i);
            submit("factor-" + i);
        }
    }

    private void generateTraffic() throws Exception {
        submit("factor");
        awaitEnd(accepted.element());
        System.out.println("ready");
        try (var threads = Executors.newScheduledThreadPool(4)) {
            repeat(threads, EVERY_MILLIS, () -> caller.get(Port.AUTH, "/v1/auth/me"));
            repeat(threads, EVERY_MILLIS, () -> caller.get(Port.FUNCTIONS, "/v1/functions/factor"));
            repeat(threads, EVERY_MILLIS, () -> caller.get(Port.API, "/v1/functions"));
            repeat(threads, SUBMIT_EVERY_MILLIS, () -> submit("factor"));
            // Blocks until the input ends.
            System.in.readAllBytes();
        }
    }

    private void repeat(java.util.concurrent.ScheduledExecutorService threads, int millis, Request request) {
        var unused = threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        request.send();
                    } catch (IOException | RuntimeException e) {
                        failures.add(e.toString());
                    }
                },
                0,
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** Waits some minutes for the end of an activation; its record. */
    private JsonNode awaitEnd(String id) throws IOException {
        var until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (true) {
            var record = caller.get(Port.API, "/v1/activations/" + id + "?wait=30");
            if (!record.path("finishedAt").isNull() || System.nanoTime() > until) {
                return record;
            }
        }
    }

    /** The outcome of all requests and activations. */
    private Map<String, Object> countResults() throws IOException {
        // Later requests are not part of the load.
        var counts = new TreeMap<String, Object>(Map.of(
                "requests",
                caller.requests.get(),
                "retried",
                caller.retried.get(),
                "refused",
                Map.copyOf(caller.refused)));
        var unhappy = new ArrayList<String>();
        var spawners = new TreeMap<String, Integer>();
        if (accepted.isEmpty()) {
            throw new IOException("nothing was accepted: " + caller.refused);
        }
        for (var id : accepted) {
            var record = awaitEnd(id);
            if (!record.path("result").asText().equals(RESULT)) {
                unhappy.add(record.toString());
            }
            spawners.merge(record.path("spawner").asText(), 1, Integer::sum);
        }
        counts.putAll(Map.of(
                "user",
                caller.username(),
                "first",
                accepted.element(),
                "accepted",
                accepted.size(),
                "unhappy",
                unhappy,
                "spawners",
                spawners));
        counts.put(
                "ids",
                accepted.stream().filter(id -> !id.equals(earlierActivation)).toList());
        counts.put("failures", List.copyOf(failures));
        counts.put("longestGapMillis", caller.longestGapMillis.get());
        return counts;
    }

    @FunctionalInterface
    private interface Request {
        void send() throws IOException;
    }
}
