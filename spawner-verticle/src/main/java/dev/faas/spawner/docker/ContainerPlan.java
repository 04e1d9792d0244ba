package dev.faas.spawner.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Ulimit;
import dev.faas.spawner.docker.client.EngineConfig;
import dev.faas.spawner.docker.client.Labels;
import dev.faas.spawner.docker.image.ResolvedImage;
import dev.faas.spawner.docker.init.InitVolume;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.spawner.engine.SandboxSpec.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How a function becomes a container: hardened, bounded, labelled. */
record ContainerPlan(
        EngineConfig config, int hostCpus, SandboxSpec spec, ResolvedImage image, List<String> commandLine) {

    private static final long MIB = 1024 * 1024;
    private static final long MOST_SHM = 64 * MIB;
    private static final long BYTES_AN_INODE = 4096;
    private static final String READ_ONLY_DEV = "ro,dev,size=64k,mode=755";
    private static final String ALL_MAY_WRITE = "rw,exec,nosuid,nodev,mode=1777";

    /**
     * Init waits on stdin for the rest. {@code StdinOnce}: when the attach ends, so does stdin, and with it everything in
     * the container; a spawner that dies leaves no command running. A daemon that stops kills it at once: a signal that a
     * command could answer would make an end of our doing look like its own.
     *
     * @param initVolume that init is in
     * @param quota for its root, which most file systems of a Docker host have none of
     */
    CreateContainerCmd create(DockerClient docker, String name, String initVolume, boolean quota) {
        return docker.createContainerCmd(image.id())
                .withName(name)
                .withEntrypoint(InitVolume.PROGRAM, "--") // all of it is ours: nothing of the image's is added
                .withCmd(commandLine)
                .withEnv(spec.env().entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .toList())
                .withLabels(Labels.of(config, spec.revision()))
                .withHealthcheck(new HealthCheck().withTest(List.of("NONE")))
                .withStopSignal("SIGKILL")
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withHostConfig(hostConfig(initVolume)
                        .withStorageOpt(quota ? Map.of("size", Long.toString(rootBytes())) : null));
    }

    private HostConfig hostConfig(String initVolume) {
        long memory = spec.memoryMb() * MIB;
        long shm = Math.min(MOST_SHM, memory / 8);
        return HostConfig.newHostConfig()
                .withMounts(List.of(InitVolume.mount(initVolume, config.platform(), true)))
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
                .withUlimits(limits())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withShmSize(shm)
                .withTmpFs(tmpfs(memory / 2 - shm, shm));
    }

    /** A quota bounds all that it writes; without one at least no single file grows without end. */
    private List<Ulimit> limits() {
        var core = new Ulimit("core", 0L, 0L);
        return spec.readOnlyRoot() ? List.of(core) : List.of(core, new Ulimit("fsize", rootBytes(), rootBytes()));
    }

    private long rootBytes() {
        return config.disk().rootMb() * MIB;
    }

    /**
     * tmpfs is memory of the container: all of it together gets at most half. A VOLUME path gets one too, instead of
     * an anonymous volume on the host's disk, without bounds; what the image has at that path is not seen there.
     */
    private Map<String, String> tmpfs(long bytes, long shm) {
        Set<String> paths = new TreeSet<>(image.volumes());
        paths.add("/tmp");
        long each = bytes / paths.size();
        var options = "%s,size=%d,nr_inodes=%d".formatted(ALL_MAY_WRITE, each, each / BYTES_AN_INODE);
        var mounts = new HashMap<String, String>();
        paths.forEach(path -> mounts.put(path, options));
        if (spec.readOnlyRoot()) {
            mounts.put("/dev", READ_ONLY_DEV); // Docker's own stays writable under a read-only root …
            mounts.put(
                    "/dev/shm", "rw,noexec,nosuid,nodev,mode=1777,size=" + shm); // … and ours would hide Docker's here
        }
        return mounts;
    }
}
