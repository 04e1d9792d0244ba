package dev.faas.spawner.docker;

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
import dev.faas.spawner.docker.init.InitProgram;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineFault;
import dev.faas.spawner.engine.ImagePins;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxUnavailable;
import dev.faas.spawner.engine.SandboxUnavailable.NotStartable;
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
 * Containers of a Docker daemon: resolves the image, and boots sandboxes ({@link DockerBoot}) with an init in front of the
 * image's own command ({@link InitVolume}), so that what is slow (create, start) is over before there is an argument, and
 * what Docker is slow to tell (the exit) is told by init.
 */
public final class DockerEngine implements ContainerEngine {

    private static final Duration PING_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    private static final Duration LIST_LIMIT = Duration.ofSeconds(30);

    private final EngineConfig config;
    private final DockerCalls docker;
    private final PulledImages pulled;
    private final ImagePulls pulls;
    private final ImageStore images;
    private final InitVolume init;
    private final DockerBoot boots;
    private final DiskWatch disk;
    private final int hostCpus;

    private DockerEngine(EngineConfig config, ImagePins pins, DockerCalls docker, InitProgram program, Info info) {
        this.config = config;
        this.docker = docker;
        this.pulled =
                new PulledImages(docker, config.platform(), config.images().maxBytes(), InstantSource.system());
        this.pulls = new ImagePulls(docker, config.images(), pulled);
        this.images = new ImageStore(docker, pins, pulled, pulls);
        this.init = new InitVolume(docker, program, Labels.of(config, ""));
        this.boots = new DockerBoot(docker, init);
        this.disk = new DiskWatch(
                docker, DiskWatch.disk(config.dockerHost(), info), config.disk().freeMb(), boots::sandboxes);
        this.hostCpus = info.getNCPU() == null ? 1 : info.getNCPU();
    }

    /**
     * Fails within twice the limit: EngineFault when the daemon does not answer (it may yet), DependencyMissing when it
     * does not offer the OCI runtime that is asked for.
     *
     * @param pins that all engines of the platform share
     */
    public static DockerEngine open(EngineConfig config, ImagePins pins, Duration limit)
            throws EngineFault, DependencyMissing {
        check(config.images());
        var docker = DockerCalls.connect(config.dockerHost(), limit);
        try {
            var info = docker.within(limit, "info", d -> d.infoCmd().exec());
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

    /** Before the first pull finds out. */
    private static void check(EngineConfig.Images images) throws DependencyMissing {
        try {
            new RegistryCredentials(images.credentials()).check();
        } catch (EngineFault e) {
            throw new DependencyMissing(
                    "the logins to registries: " + e.getMessage()
                            + ". Mend the file, or let FAAS_DOCKER_CONFIG name another.",
                    e);
        }
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
    public Sandbox boot(SandboxSpec asked) throws SandboxUnavailable {
        var spec = config.disk().readOnlyRoot() ? asked.withReadOnlyRoot() : asked;
        var image = images.resolve(spec);
        var commandLine = CommandLine.of(spec, image)
                .orElseThrow(() -> new NotStartable(
                        "neither the function nor its image " + spec.image() + " names a command to run", null));
        return boots.boot(new ContainerPlan(config, hostCpus, spec, image, commandLine));
    }

    @Override
    public List<OwnContainer> listContainers() throws EngineFault {
        var label = Map.of(Labels.PLATFORM, config.platform());
        return docker
                .within(
                        LIST_LIMIT,
                        "list of containers",
                        d -> d.listContainersCmd()
                                .withShowAll(true)
                                .withLabelFilter(label)
                                .exec())
                .stream()
                .map(this::own)
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
            docker.within(PING_LIMIT, "ping", d -> d.pingCmd().exec());
            return true;
        } catch (EngineFault e) {
            log.debug("Docker does not answer", e);
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

    private OwnContainer own(Container container) {
        var labels = container.getLabels();
        return new OwnContainer(
                container.getId(),
                labels.getOrDefault(Labels.SPAWNER, ""),
                labels.getOrDefault(Labels.INCARNATION, ""),
                labels.getOrDefault(Labels.REVISION, ""),
                Stream.of(container.getNames()).anyMatch(name -> boots.holds(name.substring(1))),
                Instant.ofEpochSecond(container.getCreated()));
    }
}
