package dev.faas.spawner;

import com.sun.management.OperatingSystemMXBean;
import dev.faas.config.Env;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.EngineConfig.Disk;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.RunTiming;
import dev.faas.wire.Ids;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All that execution-service can be told.
 *
 * @param platform names this platform among others on the same Docker host, none of which touches another's containers
 * @param spawner stable over restarts, and of one process at a time: a new one with the same id takes the old one for dead
 * @param slots activations that run at the same time here
 * @param ownerRunning the most that are one owner's, on all spawners together; the same on each
 * @param grace how long runs may go on once the service stops
 */
public record SpawnerConfig(
        String platform,
        String spawner,
        int slots,
        int ownerRunning,
        Duration grace,
        Docker docker,
        SandboxPool.Limits pool,
        NatsConfig nats,
        HttpConfig http,
        RunTiming timing) {
    private static final int INTERNAL_PORT = 9090;
    private static final int LONGEST_ID = 64;
    /** Of runs: more than there can be. */
    static final int NO_LIMIT = 1_000_000;

    private static final String ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}";
    private static final long MIB = 1 << 20;
    private static final int MOST_MB = 1 << 24;

    /**
     * @param host {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
     * @param ociRuntime null: the daemon's default
     */
    public record Docker(
            URI host, EngineConfig.Images images, @Nullable String ociRuntime, Disk disk) {
        public static final Docker LOCAL =
                new Docker(URI.create("unix:///var/run/docker.sock"), EngineConfig.Images.DEFAULT, null, Disk.DEFAULT);
    }

    public static SpawnerConfig from(Env env) {
        return new SpawnerConfig(
                id(env, "FAAS_PLATFORM_ID", "faas", "names this platform among others on the same Docker host"),
                id(env, "FAAS_SPAWNER_ID", hostName(), "names this spawner; stable, and of one process at a time"),
                env.integer("FAAS_SLOTS", defaultSlots(), 1, 10_000, "activations that run at the same time"),
                env.integer(
                        "FAAS_OWNER_MAX_RUNNING",
                        NO_LIMIT,
                        1,
                        NO_LIMIT,
                        "of one user, on all spawners together; the same on each"),
                env.duration("FAAS_GRACE", Duration.ofSeconds(10), "how long runs may go on once the service stops"),
                new Docker(
                        env.uri("FAAS_DOCKER_HOST", Docker.LOCAL.host(), "the Docker daemon"),
                        images(env),
                        env.optional("FAAS_OCI_RUNTIME", "runc, crun, runsc, kata …; none: Docker's default")
                                .orElse(null),
                        disk(env)),
                pool(env),
                NatsConfig.from(env),
                HttpConfig.from(env, INTERNAL_PORT),
                RunTiming.DEFAULT);
    }

    private static EngineConfig.Images images(Env env) {
        var usual = EngineConfig.Images.DEFAULT;
        return new EngineConfig.Images(
                env.duration("FAAS_PULL_TIMEOUT", usual.pullTimeout(), "how long one image may take"),
                credentials(env),
                MIB
                        * env.integer(
                                "FAAS_IMAGES_MAX_MB",
                                (int) (usual.maxBytes() / MIB),
                                1,
                                Integer.MAX_VALUE,
                                "disk of Docker's that images pulled by the platform may take"));
    }

    private static @Nullable Path credentials(Env env) {
        var doc =
                "Docker's config.json with logins to registries; none: of $DOCKER_CONFIG or ~/.docker, if there is one";
        var chosen = env.optional("FAAS_DOCKER_CONFIG", doc).map(Path::of).map(SpawnerConfig::configFile);
        if (chosen.isPresent()) {
            if (!Files.isReadable(chosen.get())) {
                env.addProblem("FAAS_DOCKER_CONFIG", "names " + chosen.get() + ", which cannot be read");
            }
            return chosen.get();
        }
        var folder = System.getenv("DOCKER_CONFIG");
        var usual = configFile(
                folder == null || folder.isBlank()
                        ? Path.of(System.getProperty("user.home", ""), ".docker")
                        : Path.of(folder));
        return Files.isReadable(usual) ? usual : null;
    }

    private static Path configFile(Path given) {
        return Files.isRegularFile(given) ? given : given.resolve("config.json");
    }

    private static Disk disk(Env env) {
        return new Disk(
                env.flag(
                        "FAAS_READ_ONLY_ROOT",
                        Disk.DEFAULT.readOnlyRoot(),
                        "no function may write to its image's root"),
                env.integer(
                        "FAAS_ROOT_MB",
                        Disk.DEFAULT.rootMb(),
                        1,
                        MOST_MB,
                        "largest file in a container's root; where Docker has quotas, all that is written there"),
                env.integer(
                        "FAAS_DISK_FREE_MB",
                        Disk.DEFAULT.freeMb(),
                        0,
                        MOST_MB,
                        "to be kept free on Docker's disk, or nothing is started; 0: not watched"));
    }

    private static SandboxPool.Limits pool(Env env) {
        return new SandboxPool.Limits(
                env.integer("FAAS_BOOTS", defaultBoots(), 1, 10_000, "containers that are booted at the same time"),
                env.integer(
                        "FAAS_POOL_SANDBOXES", defaultPool(), 0, 10_000, "sandboxes booted ahead of demand, at most"),
                env.duration(
                        "FAAS_POOL_IDLE", Duration.ofMinutes(5), "how long a function that nobody calls has some"));
    }

    private static String id(Env env, String name, String fallback, String doc) {
        var value = env.text(name, fallback, doc);
        if (!value.matches(ID)) {
            env.addProblem(name, "must be 1 to 64 letters, digits, '-' or '_', not '" + value + "'");
        }
        return value;
    }

    /** Eight a core, as most functions wait more than they compute, and not more than fit the memory at 256 MiB each. */
    static int defaultSlots() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long byMemory = system.getTotalMemorySize() / (256 * MIB);
        return (int) Math.max(2, Math.min(8L * Runtime.getRuntime().availableProcessors(), byMemory));
    }

    /** Of a spawner that has the machine alone: a boot is bound by processors. */
    public static int defaultBoots() {
        return 2 * Runtime.getRuntime().availableProcessors();
    }

    /** Two a slot, and not more than fit an eighth of the memory: one that waits costs the host up to 9 MiB. */
    static int defaultPool() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return (int) Math.min(2L * defaultSlots(), system.getTotalMemorySize() / 8 / (9 * MIB));
    }

    /** In a container its id: its own while it lives, and kept over a restart. */
    private static String hostName() {
        try {
            var name = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9_-]", "-");
            return name.substring(0, Math.min(name.length(), LONGEST_ID));
        } catch (UnknownHostException e) {
            // Not stable, but no other's.
            return "spawner-" + Ids.activation(Instant.now());
        }
    }
}
