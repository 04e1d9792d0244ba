package dev.faas.spawner.docker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Info;
import dev.faas.lifecycle.DependencyMissing;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.Labels;
import dev.faas.spawner.docker.image.ImagePulls;
import dev.faas.spawner.docker.image.ImageStore;
import dev.faas.spawner.docker.image.PulledImages;
import dev.faas.spawner.docker.image.RegistryCredentials;
import dev.faas.spawner.docker.image.RegistryDigests;
import dev.faas.spawner.docker.image.RegistryLogins;
import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.docker.init.InitProgram;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.docker.init.RootNotBuilt;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.BootFailed;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
import dev.faas.wire.FunctionSpec.Mode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs functions in containers of a Docker daemon. Resolves the image ({@link ImageStore}) and boots sandboxes
 * ({@link DockerBoot}) whose first process is init ({@link InitVolume}). So the slow part (create, start) is done before the
 * argument is known, and init reports the exit, which Docker reports tens of milliseconds later.
 */
public final class DockerEngine implements ContainerEngine {

    private static final Duration PING_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    private static final Duration LIST_LIMIT = Duration.ofSeconds(30);
    private static final Duration REFUSAL_KEPT = Duration.ofHours(1);

    /** What decides whether a root can be built. */
    private record NestedKey(String image, boolean readOnlyRoot) {}

    private final EngineConfig config;
    private final DockerCalls docker;
    private final PulledImages pulled;
    private final ImagePulls pulls;
    private final ImageStore images;
    private final InitVolume init;
    private final DockerBoot boots;
    private final DiskWatch disk;
    private final HardenedContainer.Host host;
    private final EngineHost engineHost;

    /** Why functions cannot run nested on this host. Tried again after a while. */
    private final Cache<NestedKey, String> nestedRefusals = Caffeine.newBuilder()
            .maximumSize(1_000)
            .expireAfterWrite(REFUSAL_KEPT)
            .build();

    private DockerEngine(EngineConfig config, ImagePins pins, DockerCalls docker, InitProgram program, Info info) {
        this.config = config;
        this.docker = docker;
        this.init = new InitVolume(docker, program, Labels.of(config, ""));
        this.boots = new DockerBoot(docker, init);
        var watchedDisk = DiskWatch.watchedDisk(config.dockerHost(), info);
        if (watchedDisk.isEmpty()) {
            log.warn(
                    "docker disk not visible, FAAS_DISK_FREE_MB has no effect and an image that is too large"
                            + " is removed only after its pull host={}",
                    config.dockerHost());
        }
        this.disk = new DiskWatch(docker, watchedDisk, config.disk().freeMb(), boots::sandboxes);
        this.pulled = new PulledImages(docker, config.owner().platform(), config.images(), InstantSource.system());
        var logins = new RegistryLogins(new RegistryCredentials(config.images().credentials()), config.policy());
        this.pulls = new ImagePulls(docker, config.images(), pulled, logins, disk::roomBytes);
        this.images = new ImageStore(docker, config.policy(), pins, pulled, pulls, new RegistryDigests(docker, logins));
        this.engineHost = HostFacts.of(config.dockerHost(), info);
        this.host = new HardenedContainer.Host(
                info.getNCPU() == null ? 1 : info.getNCPU(),
                info.getSecurityOptions() != null
                        && info.getSecurityOptions().stream().anyMatch(option -> option.contains("name=apparmor")));
    }

    /**
     * Connects within twice the limit.
     *
     * @param pins shared by all engines of the platform
     * @throws EngineFault if the daemon does not answer; trying again may help
     * @throws DependencyMissing if the configuration cannot work: no such OCI runtime, unusable registry credentials
     */
    public static DockerEngine open(EngineConfig config, ImagePins pins, Duration limit)
            throws EngineFault, DependencyMissing {
        checkCredentials(config.images());
        var docker = DockerCalls.connect(config.dockerHost(), limit);
        try {
            var info = docker.call(limit, "info", d -> d.infoCmd().exec());
            var runtimes = info.getRuntimes() == null ? Map.<String, Object>of() : info.getRuntimes();
            if (config.ociRuntime() != null && !runtimes.containsKey(config.ociRuntime())) {
                throw new DependencyMissing(
                        "Docker at %s has no OCI runtime '%s', only %s. Install it there, or change FAAS_OCI_RUNTIME."
                                .formatted(config.dockerHost(), config.ociRuntime(), new TreeSet<>(runtimes.keySet())));
            }
            var program = InitProgram.of(String.valueOf(info.getArchitecture()));
            return new DockerEngine(config, pins, docker, program, info);
        } catch (EngineFault | DependencyMissing e) {
            docker.close();
            throw e;
        }
    }

    /** At start, because otherwise the first pull would fail. */
    private static void checkCredentials(EngineConfig.Images images) throws DependencyMissing {
        try {
            new RegistryCredentials(images.credentials()).check();
        } catch (EngineFault e) {
            throw new DependencyMissing(
                    "registry credentials: " + e.getMessage()
                            + ". Correct the file, or set FAAS_DOCKER_CONFIG to another.",
                    e);
        }
    }

    @Override
    public void observe(CallTimes listener) {
        docker.observe(listener);
    }

    @Override
    public EngineHost host() {
        return engineHost;
    }

    @Override
    public void prepare(SandboxSpec spec) throws SandboxUnavailable {
        images.resolve(spec);
    }

    @Override
    public Optional<String> describeWait(SandboxSpec spec) {
        return pulls.progress(spec.revision());
    }

    @Override
    public Optional<Duration> pullTime(SandboxSpec spec, long since) {
        return pulls.waitTime(spec.revision(), since);
    }

    @Override
    public Sandbox boot(SandboxSpec requested) throws SandboxUnavailable {
        var spec = config.disk().readOnlyRoot() ? requested.withReadOnlyRoot() : requested;
        var image = images.resolve(spec);
        var commandLine = CommandLine.of(spec, image)
                .orElseThrow(() -> new NotStartable(
                        "neither the function nor its image " + spec.program().image()
                                + " names a command to run. Set the function's command or entrypoint.",
                        null));
        var key = new NestedKey(image.id(), spec.readOnlyRoot());
        var refusal = spec.mode() == Mode.NESTED
                ? Optional.ofNullable(nestedRefusals.getIfPresent(key))
                : Optional.<String>empty();
        try {
            return boots.boot(hardened(spec, image, commandLine, refusal));
        } catch (RootNotBuilt e) {
            var reason = String.valueOf(e.getMessage());
            log.warn("nested runs refused, each gets a new container revision={} error={}", spec.revision(), reason);
            if (e.cause() == RootNotBuilt.Cause.HOST) {
                nestedRefusals.put(key, reason);
            }
            return bootIsolated(hardened(spec, image, commandLine, Optional.of(reason)));
        }
    }

    private Sandbox bootIsolated(HardenedContainer hardened) throws SandboxUnavailable {
        try {
            return boots.boot(hardened);
        } catch (RootNotBuilt e) { // only for nested runs
            throw new BootFailed(String.valueOf(e.getMessage()), e);
        }
    }

    /** @param refusal why it cannot run nested here; then it gets a new container for each activation */
    private HardenedContainer hardened(
            SandboxSpec spec, ResolvedImage image, List<String> commandLine, Optional<String> refusal) {
        return new HardenedContainer(
                config,
                host,
                refusal.isPresent() ? spec.withMode(Mode.ISOLATED) : spec,
                image,
                commandLine,
                refusal.map(
                        reason -> "It ran in a new container, because a nested run was not possible: " + reason + "."));
    }

    @Override
    public Optional<String> nestedRefusal() {
        return nestedRefusals.asMap().values().stream().findAny();
    }

    @Override
    public List<OwnContainer> listContainers() throws EngineFault {
        var label = Map.of(Labels.PLATFORM, config.owner().platform());
        return docker
                .call(
                        LIST_LIMIT,
                        "list of containers",
                        d -> d.listContainersCmd()
                                .withShowAll(true)
                                .withLabelFilter(label)
                                .exec())
                .stream()
                .map(this::toOwnContainer)
                .toList();
    }

    @Override
    public void remove(String containerId) throws EngineFault {
        docker.removeContainer(containerId);
    }

    @Override
    public void tidy() throws EngineFault {
        pulled.tidy();
    }

    @Override
    public boolean ping() {
        try {
            docker.call(PING_LIMIT, "ping", d -> d.pingCmd().exec());
            return true;
        } catch (EngineFault e) {
            log.debug("docker ping failed", e);
            return false;
        }
    }

    @Override
    public boolean hasRoom() {
        return disk.hasRoom();
    }

    @Override
    public void close() {
        init.remove();
        docker.close();
    }

    private OwnContainer toOwnContainer(Container container) {
        var labels = container.getLabels();
        return new OwnContainer(
                container.getId(),
                labels.getOrDefault(Labels.SPAWNER, ""),
                labels.getOrDefault(Labels.INCARNATION, ""),
                labels.getOrDefault(Labels.REVISION, ""),
                Stream.of(container.getNames()).anyMatch(name -> boots.isHeld(name.substring(1))),
                Instant.ofEpochSecond(container.getCreated()));
    }
}
