package dev.faas.system.outage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.activation.ActivationEvents;
import dev.faas.config.Env;
import dev.faas.nats.Nats;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.system.Client;
import dev.faas.system.faults.Ends;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Submits at a steady rate as one user, also during outages. Each response must be an acceptance, whose activation is checked at
 * the end, or a documented problem. Other responses, and ones that exceed the client's timeout, fail the test.
 */
final class SteadyLoad implements AutoCloseable {
    /** Prints its argument twice, so that half a result is noticed. */
    static final String SCRIPT = "echo \"begin $1\"; /bin/busybox sleep 0.4; echo \"end $1\"";

    private static final String FUNCTION = "steady";
    private static final Duration EVERY = Duration.ofMillis(300);
    /** More than the timeout of a part that does not answer. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private static final Duration ENDS = Duration.ofMinutes(3);
    private static final Duration LISTED = Duration.ofMinutes(1);

    private final Client client;
    private final Map<String, String> accepted = new ConcurrentHashMap<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Instant begun = Instant.now();

    /** @param begunNanos time of the request */
    private record Answer(long begunNanos, Client.Reply reply) {
        boolean isAcceptance() {
            return reply.status() == 202;
        }
    }

    private SteadyLoad(Client client) {
        this.client = client;
    }

    static SteadyLoad start(Platform platform, TestImages images) throws Exception {
        return start(platform.api(), images);
    }

    /** As a new user. */
    static SteadyLoad start(URI api, TestImages images) throws Exception {
        var client = Client.register(api);
        client.function(FUNCTION, images.script(SCRIPT));
        var load = new SteadyLoad(client);
        load.threads.execute(load::goOn);
        load.awaitAcceptance(Duration.ofSeconds(30));
        return load;
    }

    Client client() {
        return client;
    }

    private void goOn() {
        try {
            for (int i = 0; !stopping.await(EVERY.toMillis(), TimeUnit.MILLISECONDS); i++) {
                var argument = Integer.toString(i);
                threads.execute(() -> submit(argument));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit(String argument) {
        long asked = System.nanoTime();
        try {
            var reply = client.post("/v1/functions/" + FUNCTION + "/activations", Map.of("argument", argument));
            if (System.nanoTime() - asked > ANSWER.toNanos()) {
                wrong.add("an answer took " + (System.nanoTime() - asked) / 1_000_000 + " ms: " + reply.text());
            }
            if (reply.status() == 202) {
                accepted.put(reply.json().path("activationId").asText(), argument);
            }
            answers.add(new Answer(asked, reply));
        } catch (IOException | AssertionError e) {
            wrong.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the acceptance of a submit that is sent from now on. */
    void awaitAcceptance(Duration limit) throws InterruptedException {
        await(limit, true);
    }

    /** Waits for the rejection of a submit that is sent from now on. */
    Client.Reply awaitRefusal(Duration limit) throws InterruptedException {
        return await(limit, false);
    }

    private Client.Reply await(Duration limit, boolean acceptance) throws InterruptedException {
        long now = System.nanoTime();
        long until = now + limit.toNanos();
        Client.Reply last = null;
        while (true) {
            var answer = answers.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertThat(answer)
                    .as(
                            "a submit that is " + (acceptance ? "accepted" : "refused") + " within " + limit
                                    + "; last: %s, %s",
                            last,
                            wrong)
                    .isNotNull();
            last = answer.reply();
            if (answer.begunNanos() - now >= 0 && answer.isAcceptance() == acceptance) {
                return last;
            }
        }
    }

    /** Checks that all submits during this time are rejected, or all accepted; the responses. */
    List<Client.Reply> awaitNothingBut(boolean acceptance, Duration time) throws InterruptedException {
        long now = System.nanoTime();
        long until = now + time.toNanos();
        var seen = new ArrayList<Client.Reply>();
        for (var answer = answers.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                answer != null;
                answer = answers.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            if (answer.begunNanos() - now >= 0) {
                assertThat(answer.isAcceptance()).as(answer.reply().text()).isEqualTo(acceptance);
                seen.add(answer.reply());
            }
        }
        assertThat(seen).as("any answer within %s; %s", time, wrong).isNotEmpty();
        return seen;
    }

    /** Sends no more submits, and waits for the open responses. */
    private void stop() throws InterruptedException {
        stopping.countDown();
        threads.shutdown();
        assertThat(threads.awaitTermination(2 * ANSWER.toSeconds(), TimeUnit.SECONDS))
                .as("submits that do not end")
                .isTrue();
    }

    void accountForAll(Platform platform) throws Exception {
        var config = NatsConfig.from(Env.of(platform.settingsOf("registry")));
        try (var nats = Nats.connect(config, "test")) {
            accountForAll(nats);
        }
    }

    /** Stops the load and checks each accepted activation: its result, exactly one end, and its ledger entry. */
    void accountForAll(Nats bus) throws Exception {
        stop();
        assertThat(wrong).isEmpty();
        long until = System.nanoTime() + ENDS.toNanos();
        var events = new ActivationEvents(bus);
        for (var each : accepted.entrySet()) {
            var argument = each.getValue();
            var record = ended(each.getKey(), until);
            assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
            assertThat(record.path("result").asText())
                    .as(record.toString())
                    .isEqualTo("begin " + argument + "\nend " + argument + "\n");
            // Zero when the event stream was pruned, because the ledger has it.
            assertThat(Ends.count(events, each.getKey(), until))
                    .as("ends of " + record)
                    .isLessThanOrEqualTo(1);
        }
        awaitListed();
        System.out.printf("%d accepted, all of them ended well, once%n", accepted.size());
    }

    private JsonNode ended(String id, long until) throws IOException, InterruptedException {
        while (true) {
            var record =
                    client.get("/v1/activations/" + id + "?wait=5").expect(200).json();
            if (!record.path("finishedAt").isNull()) {
                return record;
            }
            assertThat(System.nanoTime()).as("it does not end: " + record).isLessThan(until);
        }
    }

    private void awaitListed() throws IOException, InterruptedException {
        long until = System.nanoTime() + LISTED.toNanos();
        var listed = listed();
        while (!listed.containsAll(accepted.keySet()) && System.nanoTime() < until) {
            listed = listed();
        }
        assertThat(listed).containsAll(accepted.keySet()).doesNotHaveDuplicates();
    }

    private List<String> listed() throws IOException, InterruptedException {
        return client.all("/v1/activations?status=succeeded&limit=100&since=" + begun).stream()
                .map(item -> item.path("activationId").asText())
                .toList();
    }

    @Override
    public void close() {
        stopping.countDown();
        threads.shutdownNow();
    }
}
