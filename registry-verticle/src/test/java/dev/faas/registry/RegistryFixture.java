package dev.faas.registry;

import dev.faas.activation.ActivationEvents;
import dev.faas.activation.Canceller;
import dev.faas.activation.CommandQueue;
import dev.faas.activation.Reason;
import dev.faas.wire.Ids;
import dev.faas.wire.Subjects.QueueKey;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One registry with its backends for all tests of a class; a new user for each test. */
abstract class RegistryFixture {
    @TempDir
    static Path directory;

    static Registry registry;
    static ActivationEvents events;
    static CommandQueue queue;

    String owner;
    Client user;

    @BeforeAll
    static void start() throws Exception {
        registry = Registry.start(directory);
        events = new ActivationEvents(registry.bus);
        queue = new CommandQueue(registry.bus);
    }

    @AfterAll
    static void stop() throws Exception {
        registry.stop();
    }

    @BeforeEach
    void newUser() throws Exception {
        owner = Ids.user(Instant.now());
        user = registry.client(owner);
    }

    static void cancel(String activationId) {
        new Canceller(events, queue, InstantSource.system())
                .cancel(events.last(activationId).join().orElseThrow(), Reason.CANCELLED_BY_USER)
                .join();
    }

    /** Creates a function that has been called: a spawner has created its queue. Returns its id. */
    String createWithQueue(String name) {
        var id = user.create(name).json().getString("id");
        queue.ensureConsumer(new QueueKey(owner, id), 10).join();
        return id;
    }
}
