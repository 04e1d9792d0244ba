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

/**
 * Hardens the container of a function: no capabilities, no new privileges, no network unless asked for, no logs, and
 * limits for memory, processors, processes and files. Init is the first process; the function's command line follows
 * it.
 */
record HardenedContainer(
        EngineConfig config, int hostCpus, SandboxSpec spec, ResolvedImage image, List<String> commandLine) {

    private static final long MIB = 1024 * 1024;
    private static final long MAX_SHM_BYTES = 64 * MIB;
    private static final long BYTES_PER_INODE = 4096;
    private static final String READ_ONLY_DEV = "ro,dev,size=64k,mode=755";
    private static final String WRITABLE_TMPFS = "rw,exec,nosuid,nodev,mode=1777";

    /**
     * {@code StdinOnce}: when the attach ends, stdin ends, and init then kills everything in the container. So a
     * spawner that dies leaves no command running. The stop signal is SIGKILL, because a command could handle another
     * signal when the daemon stops, and its exit would look like the command's own.
     *
     * @param initVolume the volume with the init program
     * @param quota limits what the container writes to its root; most file systems of Docker hosts have no quotas
     */
    CreateContainerCmd createCommand(DockerClient docker, String name, String initVolume, boolean quota) {
        return docker.createContainerCmd(image.id())
                .withName(name)
                .withEntrypoint(InitVolume.PROGRAM, "--") // replaces the image's entrypoint and CMD
                .withCmd(commandLine)
                .withEnv(spec.program().env().entrySet().stream()
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
        long memory = spec.limits().memoryMb() * MIB;
        long shm = Math.min(MAX_SHM_BYTES, memory / 8);
        return HostConfig.newHostConfig()
                .withMounts(List.of(InitVolume.mount(initVolume, config.owner().platform(), true)))
                .withRuntime(config.ociRuntime())
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withNetworkMode(spec.network() == Network.OUTBOUND ? "bridge" : "none")
                .withIpcMode("private")
                .withReadonlyRootfs(spec.readOnlyRoot())
                .withMemory(memory)
                .withMemorySwap(memory) // memory and swap together: no swap
                .withNanoCPUs((long)
                        (Math.min(spec.limits().cpus(), hostCpus) * 1e9)) // Docker refuses more than the host has
                .withPidsLimit((long) spec.limits().pids())
                .withUlimits(ulimits())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withShmSize(shm)
                .withTmpFs(tmpfs(memory / 2 - shm, shm));
    }

    /** Without a quota, at least no single file grows without end. */
    private List<Ulimit> ulimits() {
        var core = new Ulimit("core", 0L, 0L);
        return spec.readOnlyRoot() ? List.of(core) : List.of(core, new Ulimit("fsize", rootBytes(), rootBytes()));
    }

    private long rootBytes() {
        return config.disk().rootMb() * MIB;
    }

    /**
     * A tmpfs counts as memory of the container: all of them together get at most half. A VOLUME path gets a tmpfs too,
     * instead of an anonymous volume without a limit on the host's disk; files of the image below that path are hidden.
     */
    private Map<String, String> tmpfs(long bytes, long shm) {
        Set<String> paths = new TreeSet<>(image.volumes());
        paths.add("/tmp");
        long each = bytes / paths.size();
        var options = "%s,size=%d,nr_inodes=%d".formatted(WRITABLE_TMPFS, each, each / BYTES_PER_INODE);
        var mounts = new HashMap<String, String>();
        paths.forEach(path -> mounts.put(path, options));
        if (spec.readOnlyRoot()) {
            // Docker's own /dev stays writable under a read-only root. Ours hides Docker's /dev/shm, so it gets that
            // too.
            mounts.put("/dev", READ_ONLY_DEV);
            mounts.put("/dev/shm", "rw,noexec,nosuid,nodev,mode=1777,size=" + shm);
        }
        return mounts;
    }
}
