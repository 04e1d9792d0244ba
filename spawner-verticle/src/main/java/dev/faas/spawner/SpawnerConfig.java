package dev.faas.spawner;

import com.sun.management.OperatingSystemMXBean;
import dev.faas.config.Env;
import dev.faas.config.ImagePolicy;
import dev.faas.http.HttpConfig;
import dev.faas.nats.NatsConfig;
import dev.faas.seal.OpeningKeys;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.EngineConfig.Disk;
import dev.faas.spawner.pool.SandboxPool;
import dev.faas.spawner.run.RunTiming;
import dev.faas.spawner.schedule.OwnerShare;
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
 * Reads the settings of execution-service.
 *
 * @param opening opens secrets of functions
 */
public record SpawnerConfig(
        Identity identity,
        Work work,
        Docker docker,
        SandboxPool.Limits pool,
        NatsConfig nats,
        HttpConfig http,
        OpeningKeys opening) {
    /**
     * @param platform tells apart platforms on one Docker host; a platform never touches another's containers
     * @param spawner stable over restarts; a new process with the same id declares the old one dead
     */
    public record Identity(String platform, String spawner) {}

    /**
     * @param slots activations that run here at the same time
     * @param memoryMb what all spawners of the Docker host may give to containers; 0: four fifths of its memory
     * @param ownerLimit runs of one owner on all spawners together, whatever the own quota says; the same on each
     * @param grace how long runs may continue once the service stops
     */
    public record Work(int slots, int memoryMb, int ownerLimit, Duration grace, RunTiming timing) {}

    private static final int INTERNAL_PORT = 9090;
    private static final int MAX_ID_LENGTH = 64;
    private static final long MIB = 1 << 20;
    private static final int MAX_MB = 1 << 24;

    /**
     * @param host {@code unix:///var/run/docker.sock} or {@code tcp://host:port}
     * @param ociRuntime null: the daemon's default
     */
    public record Docker(
            URI host,
            EngineConfig.Images images,
            ImagePolicy policy,
            @Nullable String ociRuntime,
            Disk disk) {
        /** Any image is allowed. */
        public static final Docker LOCAL = new Docker(
                URI.create("unix:///var/run/docker.sock"),
                EngineConfig.Images.DEFAULT,
                ImagePolicy.ANY,
                null,
                Disk.DEFAULT);
    }

    public static SpawnerConfig from(Env env) {
        return new SpawnerConfig(
                identity(env),
                work(env),
                new Docker(
                        env.uri("FAAS_DOCKER_HOST", Docker.LOCAL.host(), "address of the Docker daemon"),
                        images(env),
                        ImagePolicy.from(env),
                        env.optional(
                                        "FAAS_OCI_RUNTIME",
                                        "OCI runtime, such as runc, crun, runsc, kata; unset: Docker's default")
                                .orElse(null),
                        disk(env)),
                pool(env),
                NatsConfig.from(env),
                HttpConfig.from(env, INTERNAL_PORT),
                OpeningKeys.from(env));
    }

    private static Identity identity(Env env) {
        return new Identity(
                id(env, "FAAS_PLATFORM_ID", "faas", "id of this platform, if several share a Docker host"),
                id(env, "FAAS_SPAWNER_ID", hostName(), "id of this spawner; stable, used by one process at a time"));
    }

    private static Work work(Env env) {
        return new Work(
                env.integer("FAAS_SLOTS", defaultSlots(), 1, 10_000, "activations that run at the same time"),
                env.integer(
                        "FAAS_MEMORY_MB",
                        0,
                        0,
                        MAX_MB,
                        "memory of the Docker host that the functions of all its spawners may take together, in MiB;"
                                + " 0: four fifths of it"),
                env.integer(
                        "FAAS_OWNER_MAX_RUNNING",
                        OwnerShare.NO_LIMIT,
                        1,
                        OwnerShare.NO_LIMIT,
                        "running activations of one user on all spawners; set the same value on each"),
                env.duration("FAAS_GRACE", Duration.ofSeconds(10), "how long runs may continue once the service stops"),
                RunTiming.DEFAULT);
    }

    private static EngineConfig.Images images(Env env) {
        var usual = EngineConfig.Images.DEFAULT;
        return new EngineConfig.Images(
                env.duration("FAAS_PULL_TIMEOUT", usual.pullTimeout(), "limit for pulling one image"),
                credentials(env),
                MIB
                        * env.integer(
                                "FAAS_IMAGES_MAX_MB",
                                (int) (usual.maxBytes() / MIB),
                                1,
                                Integer.MAX_VALUE,
                                "disk space for images that the platform pulled, in MiB"),
                MIB
                        * env.integer(
                                "FAAS_IMAGE_MAX_MB",
                                (int) (usual.maxImageBytes() / MIB),
                                1,
                                Integer.MAX_VALUE,
                                "disk space for one of them, unpacked, in MiB"));
    }

    private static @Nullable Path credentials(Env env) {
        var doc =
                "Docker's config.json with registry logins, or its folder; unset: $DOCKER_CONFIG or ~/.docker, if it exists";
        var chosen = env.optional("FAAS_DOCKER_CONFIG", doc).map(Path::of).map(SpawnerConfig::configFile);
        if (chosen.isPresent()) {
            if (!Files.isReadable(chosen.get())) {
                env.addProblem("FAAS_DOCKER_CONFIG", "must name a readable config.json, not " + chosen.get());
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
                        "makes the root file system read-only for every function"),
                env.integer(
                        "FAAS_ROOT_MB",
                        Disk.DEFAULT.rootMb(),
                        1,
                        MAX_MB,
                        "largest file in a container's root, in MiB; where Docker has quotas, the limit of all files"),
                env.integer(
                        "FAAS_DISK_FREE_MB",
                        Disk.DEFAULT.freeMb(),
                        0,
                        MAX_MB,
                        "free space on Docker's disk below which no work is taken, in MiB; 0: no check"));
    }

    private static SandboxPool.Limits pool(Env env) {
        return new SandboxPool.Limits(
                env.integer("FAAS_BOOTS", defaultBoots(), 1, 10_000, "containers that boot at the same time"),
                env.integer("FAAS_POOL_SANDBOXES", defaultPool(), 0, 10_000, "most sandboxes booted ahead of demand"),
                env.duration(
                        "FAAS_POOL_IDLE", Duration.ofMinutes(5), "how long an unused function keeps booted sandboxes"));
    }

    private static String id(Env env, String name, String fallback, String doc) {
        var value = env.text(name, fallback, doc);
        if (!Ids.isSpawner(value)) {
            env.addProblem(name, "must be 1 to 64 letters, digits, '-' or '_', not '" + value + "'");
        }
        return value;
    }

    /** Eight a core, because most functions mostly wait; no more than fit into memory at 256 MiB each. */
    static int defaultSlots() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long byMemory = system.getTotalMemorySize() / (256 * MIB);
        return (int) Math.max(2, Math.min(8L * Runtime.getRuntime().availableProcessors(), byMemory));
    }

    /** For a spawner that has the machine to itself: boots are bound by processors. */
    public static int defaultBoots() {
        return 2 * Runtime.getRuntime().availableProcessors();
    }

    /** Two a slot; no more than fit into an eighth of the memory at 9 MiB each, the most that a waiting sandbox takes. */
    static int defaultPool() {
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return (int) Math.min(2L * defaultSlots(), system.getTotalMemorySize() / 8 / (9 * MIB));
    }

    /** In a container this is the container's id: unique, and stable over a restart. */
    private static String hostName() {
        try {
            var name = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9_-]", "-");
            return name.substring(0, Math.min(name.length(), MAX_ID_LENGTH));
        } catch (UnknownHostException e) {
            // Not stable, but unique.
            return "spawner-" + Ids.activation(Instant.now());
        }
    }
}
