package dev.faas.spawner;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import dev.faas.spawner.SandboxSpec.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How a function becomes a container: hardened, bounded, labelled. */
record ContainerPlan(EngineConfig config, int hostCpus, SandboxSpec spec, ResolvedImage image) {

    static final String PLATFORM = "dev.faas.platform";
    static final String SPAWNER = "dev.faas.spawner";
    static final String INCARNATION = "dev.faas.incarnation";
    static final String REVISION = "dev.faas.revision";
    static final String ACTIVATION = "dev.faas.activation";

    private static final long MIB = 1024 * 1024;
    private static final long MOST_SHM = 64 * MIB;
    private static final long BYTES_AN_INODE = 4096;
    private static final String ALL_MAY_WRITE = "rw,exec,nosuid,nodev,mode=1777";

    CreateContainerCmd create(DockerClient docker, String name, RunRequest request, List<String> commandLine) {
        return docker.createContainerCmd(image.id())
                .withName(name)
                .withEntrypoint(commandLine.subList(0, 1)) // all of it is ours: nothing of the image's is added
                .withCmd(commandLine.subList(1, commandLine.size()))
                .withEnv(environment(request))
                .withLabels(labels(request))
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withHostConfig(hostConfig());
    }

    private List<String> environment(RunRequest request) {
        var env = new HashMap<>(spec.env());
        env.putAll(request.variables());
        return env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    private Map<String, String> labels(RunRequest request) {
        return Map.of(
                PLATFORM, config.platform(),
                SPAWNER, config.spawner(),
                INCARNATION, config.incarnation(),
                REVISION, spec.revision(),
                ACTIVATION, request.activationId());
    }

    /**
     * {@code init}: as PID 1 a command would not die of a SIGTERM it has no handler for (every timeout would take the
     * whole grace), abort() would not end in SIGABRT, and zombies would pile up against the pids limit. So Docker's
     * init is PID 1, as with {@code docker run --init}, and as it will be with an init of our own.
     */
    private HostConfig hostConfig() {
        long memory = spec.memoryMb() * MIB;
        long shm = Math.min(MOST_SHM, memory / 8);
        return HostConfig.newHostConfig()
                .withInit(true)
                .withRuntime(config.ociRuntime())
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withNetworkMode(spec.network() == Network.OUTBOUND ? "bridge" : "none")
                .withIpcMode("private")
                .withReadonlyRootfs(spec.readOnlyRoot())
                .withMemory(memory)
                .withMemorySwap(memory) // memory + swap: none
                .withNanoCPUs((long) (Math.min(spec.cpus(), hostCpus) * 1e9)) // Docker refuses more than there are
                .withPidsLimit((long) spec.pids())
                .withUlimits(List.of(new Ulimit("core", 0L, 0L)))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withShmSize(shm)
                .withTmpFs(tmpfs(memory / 2 - shm));
    }

    /**
     * tmpfs is memory of the container: all of it together gets at most half. A VOLUME path gets one too, instead of
     * an anonymous volume on the host's disk, without bounds; what the image has at that path is not seen there.
     */
    private Map<String, String> tmpfs(long bytes) {
        Set<String> paths = new TreeSet<>(image.volumes());
        paths.add("/tmp");
        long each = bytes / paths.size();
        var options = "%s,size=%d,nr_inodes=%d".formatted(ALL_MAY_WRITE, each, each / BYTES_AN_INODE);
        var mounts = new HashMap<String, String>();
        paths.forEach(path -> mounts.put(path, options));
        return mounts;
    }
}
