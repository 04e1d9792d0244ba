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
 * What a client does with a platform, as a program of its own, since a process has the network of one node only. Prints one
 * line of JSON at the end. {@code story}: registration, a function, an activation, its result. {@code spread N}: N of each.
 * {@code traffic}: says "ready", and goes on with some requests a second until its input ends; then waits for all that was
 * accepted. {@code again USER ACTIVATION}: an earlier visitor comes back, for what he has and for more. {@code token}: says
 * "ready", and once its input ends it uses its token at each port until all three refuse it; then logs in anew.
 */
final class RemoteClient {
    private static final int EVERY_MILLIS = 100;
    private static final int SUBMIT_EVERY_MILLIS = 700;
    private static final String ARGUMENT = "1001";
    private static final String RESULT = "1001: 7 11 13\n";

    private final ContainerCaller caller;
    private final ConcurrentLinkedQueue<String> accepted = new ConcurrentLinkedQueue<>();
    /** What tasks of the load threw. */
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

    /** An activation of an earlier visit: its events may have left the stream. */
    private String earlier = "";

    private RemoteClient(ContainerCaller caller) {
        this.caller = caller;
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("again")) {
            var visitor = new RemoteClient(new ContainerCaller(args[1]));
            visitor.caller.login();
            visitor.earlier = args[2];
            visitor.accepted.add(args[2]);
            visitor.submit("factor");
            visitor.report();
        } else {
            var visitor = new RemoteClient(
                    new ContainerCaller("user-" + UUID.randomUUID().toString().substring(0, 12)));
            visitor.caller.register();
            if (args[0].equals("token")) {
                visitor.token();
                return;
            }
            visitor.function("factor");
            switch (args[0]) {
                case "story" -> visitor.submit("factor");
                case "spread" -> visitor.spread(Integer.parseInt(args[1]));
                case "traffic" -> visitor.traffic();
                default -> throw new IllegalArgumentException(args[0]);
            }
            visitor.report();
        }
    }

    private void report() throws IOException {
        print(account());
        System.exit(0);
    }

    private static void print(Map<String, ?> counts) {
        System.out.println(new String(Codec.write(counts), StandardCharsets.UTF_8));
    }

    private void token() throws IOException {
        System.out.println("ready");
        System.in.readAllBytes();
        var old = caller.signer();
        var begun = System.nanoTime();
        while (!caller.refusedEverywhere()) {
            if (System.nanoTime() - begun > TimeUnit.MINUTES.toNanos(2)) {
                throw new IOException("the token still counts: " + caller.refused);
            }
        }
        var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        caller.login();
        print(Map.of(
                "refusedAfterSeconds", seconds,
                "signedByAnother", !caller.signer().equals(old),
                "acceptedAgain", !caller.refusedAnywhere()));
    }

    private void function(String name) throws IOException {
        caller.post(Port.FUNCTIONS, "/v1/functions", Map.of("name", name, "image", Nodes.FUNCTION));
    }

    private void submit(String function) throws IOException {
        var answer = caller.post(Port.API, "/v1/functions/" + function + "/activations", Map.of("argument", ARGUMENT));
        if (!answer.path("activationId").isMissingNode()) {
            accepted.add(answer.path("activationId").asText());
        }
    }

    /** Each token is used at every replica in turn; each function is invoked at once, whoever has made it. */
    private void spread(int count) throws IOException {
        for (var i = 0; i < count; i++) {
            caller.login();
            caller.get(Port.AUTH, "/v1/auth/me");
            caller.get(Port.FUNCTIONS, "/v1/functions/factor");
            function("factor-" + i);
            submit("factor-" + i);
        }
    }

    private void traffic() throws Exception {
        submit("factor");
        ended(accepted.element());
        System.out.println("ready");
        try (var threads = Executors.newScheduledThreadPool(4)) {
            every(threads, EVERY_MILLIS, () -> caller.get(Port.AUTH, "/v1/auth/me"));
            every(threads, EVERY_MILLIS, () -> caller.get(Port.FUNCTIONS, "/v1/functions/factor"));
            every(threads, EVERY_MILLIS, () -> caller.get(Port.API, "/v1/functions"));
            every(threads, SUBMIT_EVERY_MILLIS, () -> submit("factor"));
            // Until our input ends.
            System.in.readAllBytes();
        }
    }

    private void every(java.util.concurrent.ScheduledExecutorService threads, int millis, Request request) {
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

    /** The record of an activation that has ended, or that has not within some minutes. */
    private JsonNode ended(String id) throws IOException {
        var until = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (true) {
            var record = caller.get(Port.API, "/v1/activations/" + id + "?wait=30");
            if (!record.path("finishedAt").isNull() || System.nanoTime() > until) {
                return record;
            }
        }
    }

    /** What became of everything. */
    private Map<String, Object> account() throws IOException {
        // What follows is not part of the load.
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
            var record = ended(id);
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
        counts.put("ids", accepted.stream().filter(id -> !id.equals(earlier)).toList());
        counts.put("failures", List.copyOf(failures));
        counts.put("longestGapMillis", caller.longestGapMillis.get());
        return counts;
    }

    @FunctionalInterface
    private interface Request {
        void send() throws IOException;
    }
}
