package dev.faas.bench.scenario;

import dev.faas.bench.measure.Client;
import dev.faas.bench.measure.ClosedLoop;
import dev.faas.bench.measure.OpenLoop;
import dev.faas.bench.measure.ScenarioContext;
import dev.faas.bench.spawner.SleepingSpawners;
import dev.faas.bench.spawner.SleepingSpawners.Runs;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Functions of many users, for spawners on the sleeping engine. */
final class SleepingFunctions implements AutoCloseable {
    /** A login takes the gateway tens of milliseconds of processor time. */
    private static final int REGISTRATIONS = 4;

    private static final int CLIENTS = 8;
    private static final int TRIES = 5;
    private static final int CONCURRENCY = 100;
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final ScenarioContext context;
    private final String mode;
    private final List<Client> users = new ArrayList<>();
    /** Of each function, by its number. */
    private final List<Client> owners = new ArrayList<>();

    /** @param mode of all functions */
    SleepingFunctions(ScenarioContext context, String mode) {
        this.context = context;
        this.mode = mode;
    }

    /** Adds users and functions until there are so many; the new functions belong to all users in turn. Blocks. */
    SleepingFunctions grow(int functionCount, int userCount) throws Exception {
        try (var threads = Executors.newFixedThreadPool(REGISTRATIONS)) {
            Callable<Client> registration = context::registerUser;
            var registered = new ArrayList<java.util.concurrent.Future<Client>>();
            for (int i = users.size(); i < userCount; i++) {
                registered.add(threads.submit(registration));
            }
            for (var each : registered) {
                users.add(each.get());
            }
        }
        int first = owners.size();
        for (int i = first; i < functionCount; i++) {
            owners.add(users.get(i % users.size()));
        }
        ClosedLoop.run(CLIENTS, functionCount - first, LIMIT, i -> create(first + i, TRIES));
        return this;
    }

    /** Thousands of functions at once may be too many for a moment: tries again, unless the function is there. */
    private Future<Buffer> create(int number, int tries) {
        var function = Map.of("name", name(number), "image", context.image(), "mode", mode, "concurrency", CONCURRENCY);
        return owner(number)
                .post("/v1/functions", function)
                .recover(failure -> tries == 1
                        ? Future.failedFuture(failure)
                        : context.vertx()
                                .timer(1, TimeUnit.SECONDS)
                                .compose(later -> owner(number).get("/v1/functions/" + name(number)))
                                .recover(missing -> create(number, tries - 1)));
    }

    Client owner(int number) {
        return owners.get(number);
    }

    Future<?> submit(int number, String query, Duration sleep) {
        return owner(number).submit(name(number), query, Long.toString(sleep.toMillis()));
    }

    /** Submits at a fixed rate, to a random one each time; waits until all have run. */
    Runs load(SleepingSpawners spawners, int perSecond, Duration time, Duration sleep) throws Exception {
        return load(
                spawners,
                perSecond,
                time,
                sleep,
                () -> ThreadLocalRandom.current().nextInt(owners.size()));
    }

    /** @param choice of a function for each submit */
    Runs load(SleepingSpawners spawners, int perSecond, Duration time, Duration sleep, IntSupplier choice)
            throws Exception {
        int total = Math.toIntExact(perSecond * time.toSeconds());
        OpenLoop.run(perSecond, total, LIMIT, () -> submit(choice.getAsInt(), "", sleep));
        return spawners.awaitRuns(total, LIMIT);
    }

    private static String name(int number) {
        return "f" + number;
    }

    @Override
    public void close() {
        users.forEach(Client::close);
    }
}
