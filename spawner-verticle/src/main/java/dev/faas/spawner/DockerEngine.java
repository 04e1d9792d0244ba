package dev.faas.spawner;

import com.github.dockerjava.api.model.Container;
import dev.faas.lifecycle.DependencyMissing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers of a Docker daemon.
 *
 * <p>Where the time of one run of {@code echo} goes: p50 of 30, Docker 26.1, runc, cgroup v1, on two cores that others
 * kept busy. It is the fastest of four such series, whose wholes were 203 to 916 ms: the proportions count.
 *
 * <pre>
 * resolve the image     3 ms
 * create               10 ms
 * attach, wait      2 + 2 ms   measured one after the other; a run has both under way at once
 * start               138 ms   namespaces, cgroups, seccomp; output is often here before this is answered
 * end of output        24 ms   after start
 * exit                 34 ms   after start: containerd's clean-up and event
 * inspect               5 ms
 *                     203 ms   (remove: 9 ms, after the outcome)
 * </pre>
 *
 * Against {@code docker run --rm --network none}, in turns, in another and busier series: 441 to 477 ms (p50).
 *
 * <p>So nearly all of it is before the command runs and after it has ended: what a pool of started containers saves.
 */
final class DockerEngine implements ContainerEngine {

    private static final Logger log = LoggerFactory.getLogger(DockerEngine.class);
    private static final Duration LIST_LIMIT = Duration.ofSeconds(30);
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(30);
    private static final Duration PING_LIMIT = Duration.ofSeconds(2);

    private final EngineConfig config;
    private final DockerCalls docker;
    private final ImageStore images;
    private final int hostCpus;

    private DockerEngine(EngineConfig config, DockerCalls docker, int hostCpus) {
        this.config = config;
        this.docker = docker;
        this.images = new ImageStore(docker, config.pullTimeout());
        this.hostCpus = hostCpus;
    }

    /**
     * Fails within twice the limit: EngineFault when the daemon does not answer (it may yet), DependencyMissing when it
     * does not offer the OCI runtime that is asked for.
     */
    static DockerEngine open(EngineConfig config, Duration limit) throws EngineFault, DependencyMissing {
        var docker = DockerCalls.connect(config.dockerHost(), limit);
        try {
            var info = docker.within(limit, "info", d -> d.infoCmd().exec());
            var runtimes = info.getRuntimes() == null ? Map.<String, Object>of() : info.getRuntimes();
            if (config.ociRuntime() != null && !runtimes.containsKey(config.ociRuntime())) {
                throw new DependencyMissing(
                        "Docker at %s has no OCI runtime '%s', only %s. Install it there, or change FAAS_OCI_RUNTIME."
                                .formatted(config.dockerHost(), config.ociRuntime(), new TreeSet<>(runtimes.keySet())));
            }
            return new DockerEngine(config, docker, info.getNCPU() == null ? 1 : info.getNCPU());
        } catch (EngineFault | DependencyMissing e) {
            docker.close();
            throw e;
        }
    }

    @Override
    public Sandbox boot(SandboxSpec spec) throws SandboxUnavailable {
        return new DockerSandbox(docker, new ContainerPlan(config, hostCpus, spec, images.resolve(spec.image())));
    }

    @Override
    public List<OwnContainer> ours() throws EngineFault {
        var label = Map.of(ContainerPlan.PLATFORM, config.platform());
        return docker
                .within(
                        LIST_LIMIT,
                        "list of containers",
                        d -> d.listContainersCmd()
                                .withShowAll(true)
                                .withLabelFilter(label)
                                .exec())
                .stream()
                .map(DockerEngine::own)
                .toList();
    }

    @Override
    public void remove(String containerId) throws EngineFault {
        remove(docker, containerId);
    }

    static void remove(DockerCalls docker, String idOrName) throws EngineFault {
        try {
            docker.within(
                    REMOVE_LIMIT,
                    "removal of a container",
                    d -> d.removeContainerCmd(idOrName)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (DockerRefusal e) {
            if (!e.notFound() && !e.conflict()) { // conflict: its removal is under way already
                throw e;
            }
        }
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
    public void close() {
        docker.close();
    }

    private static OwnContainer own(Container container) {
        var labels = container.getLabels();
        return new OwnContainer(
                container.getId(),
                labels.getOrDefault(ContainerPlan.SPAWNER, ""),
                labels.getOrDefault(ContainerPlan.INCARNATION, ""),
                labels.getOrDefault(ContainerPlan.REVISION, ""),
                Optional.ofNullable(labels.get(ContainerPlan.ACTIVATION)),
                Instant.ofEpochSecond(container.getCreated()));
    }
}
