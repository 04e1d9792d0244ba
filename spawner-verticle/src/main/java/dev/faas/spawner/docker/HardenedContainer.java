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
import dev.faas.wire.FunctionSpec.Mode;
import dev.faas.wire.SecretRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Hardens the container of a function: no capabilities, no new privileges, no network unless asked for, no logs, and
 * limits for memory, processors, processes and files. Init is the first process; the function's command line follows
 * it.
 *
 * <p>In the mode {@code NESTED}, init has the capabilities to build roots, and gives the command none of them.
 *
 * @param fallback why the container is isolated although the function asks for nested runs
 */
record HardenedContainer(
        EngineConfig config,
        Host host,
        SandboxSpec spec,
        ResolvedImage image,
        List<String> commandLine,
        Optional<String> fallback) {

    /**
     * Facts about the host, from Docker's info.
     *
     * @param appArmor whether containers get the profile {@code docker-default}, which refuses mounts
     */
    record Host(int cpus, boolean appArmor) {}

    private static final long MIB = 1024 * 1024;
    private static final long MAX_SHM_BYTES = 64 * MIB;
    private static final long BYTES_PER_INODE = 4096;
    private static final String READ_ONLY_DEV = "ro,dev,size=64k,mode=755";
    private static final String PROFILE = "docker-default";

    /** Addresses of closed connections are not kept for the next run. */
    static final Map<String, String> NO_CONNECTION_HISTORY = Map.of(
            "net.ipv4.tcp_max_tw_buckets", "0",
            "net.ipv4.tcp_no_metrics_save", "1",
            "net.ipv4.tcp_fastopen", "0");

    static final Capability[] NESTED_INIT_CAPABILITIES = {
        Capability.SYS_ADMIN,
        Capability.SYS_CHROOT,
        Capability.KILL,
        Capability.DAC_OVERRIDE,
        Capability.CHOWN,
        Capability.FOWNER,
        Capability.FSETID,
        Capability.SETPCAP,
        Capability.SETUID,
        Capability.SETGID
    };
    private static final String WRITABLE_TMPFS = "rw,exec,nosuid,nodev,mode=1777";
    /** Room for all secrets of a function, each of which ends with a page that is not full. */
    private static final String SECRETS_TMPFS = "rw,noexec,nosuid,nodev,mode=1777,size=%d,nr_inodes=%d"
            .formatted(SecretRef.MAX_TOTAL_BYTES + SecretRef.MAX_COUNT * 65_536, SecretRef.MAX_COUNT + 1);

    /**
     * {@code StdinOnce}: when the attach ends, stdin ends, and init then kills everything in the container. So a
     * spawner that dies leaves no command running. The stop signal is SIGKILL, because a command could handle another
     * signal when the daemon stops, and its exit would look like the command's own.
     *
     * @param initVolume the volume with the init program
     * @param quota limits what the container writes to its root; most file systems of Docker hosts have no quotas
     */
    CreateContainerCmd createCommand(DockerClient docker, String name, String initVolume, boolean quota) {
        var command = docker.createContainerCmd(image.id());
        if (isNested()) {
            command.withUser("0:0");
        }
        return command.withName(name)
                .withEntrypoint(initWords()) // replaces the image's entrypoint and CMD
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

    private boolean isNested() {
        return spec.mode() == Mode.NESTED;
    }

    /** The program with its options, as {@code init.c} describes them. */
    private List<String> initWords() {
        var words = new ArrayList<String>();
        words.add(InitVolume.PROGRAM);
        if (isNested()) {
            words.addAll(List.of("--nested", image.user(), "--scratch", Long.toString(tmpfsBytes())));
            if (!image.setsHome() && !spec.program().env().containsKey("HOME")) {
                words.add("--home");
            }
            if (host.appArmor()) {
                words.addAll(List.of("--profile", PROFILE));
            }
        }
        words.add("--");
        return words;
    }

    private HostConfig hostConfig(String initVolume) {
        long memory = spec.limits().memoryMb() * MIB;
        return HostConfig.newHostConfig()
                .withMounts(List.of(InitVolume.mount(initVolume, config.owner().platform(), true)))
                .withRuntime(config.ociRuntime())
                .withCapDrop(Capability.ALL)
                .withCapAdd(isNested() ? NESTED_INIT_CAPABILITIES : new Capability[0])
                .withSecurityOpts(
                        isNested() && host.appArmor()
                                ? List.of("no-new-privileges", "apparmor=unconfined")
                                : List.of("no-new-privileges"))
                .withNetworkMode(spec.network() == Network.OUTBOUND ? "bridge" : "none")
                .withSysctls(spec.mode().keepsContainer() ? NO_CONNECTION_HISTORY : Map.of())
                .withIpcMode("private")
                .withReadonlyRootfs(spec.readOnlyRoot())
                .withMemory(memory)
                .withMemorySwap(memory) // memory and swap together: no swap
                .withNanoCPUs((long)
                        (Math.min(spec.limits().cpus(), host.cpus()) * 1e9)) // Docker refuses more than the host has
                .withPidsLimit((long) spec.limits().pids() + (isNested() ? 1 : 0)) // its inner init
                .withUlimits(ulimits())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.NONE))
                .withShmSize(shmBytes())
                .withTmpFs(tmpfs());
    }

    /** Without a quota, at least no single file grows without end. */
    private List<Ulimit> ulimits() {
        var core = new Ulimit("core", 0L, 0L);
        return spec.readOnlyRoot() ? List.of(core) : List.of(core, new Ulimit("fsize", rootBytes(), rootBytes()));
    }

    private long rootBytes() {
        return config.disk().rootMb() * MIB;
    }

    private long shmBytes() {
        return Math.min(MAX_SHM_BYTES, spec.limits().memoryMb() * MIB / 8);
    }

    private Set<String> tmpfsPaths() {
        Set<String> paths = new TreeSet<>(image.volumes());
        paths.add("/tmp");
        return paths;
    }

    /**
     * The size of each tmpfs. It counts as memory of the container: all of them together get at most half. A nested
     * run has one more, for its root.
     */
    private long tmpfsBytes() {
        int count = tmpfsPaths().size() + (isNested() ? 1 : 0);
        return (spec.limits().memoryMb() * MIB / 2 - shmBytes()) / count;
    }

    /**
     * A VOLUME path gets a tmpfs too, instead of an anonymous volume without a limit on the host's disk; files of the image
     * below that path are hidden.
     */
    private Map<String, String> tmpfs() {
        long each = tmpfsBytes();
        var options = "%s,size=%d,nr_inodes=%d".formatted(WRITABLE_TMPFS, each, each / BYTES_PER_INODE);
        var mounts = new HashMap<String, String>();
        tmpfsPaths().forEach(path -> mounts.put(path, options));
        if (spec.program().secretFiles()) {
            mounts.put(SecretRef.FOLDER, SECRETS_TMPFS);
        }
        if (spec.readOnlyRoot()) {
            // Docker's own /dev stays writable under a read-only root. Ours hides Docker's /dev/shm, so it gets that
            // too.
            mounts.put("/dev", READ_ONLY_DEV);
            mounts.put("/dev/shm", "rw,noexec,nosuid,nodev,mode=1777,size=" + shmBytes());
        }
        return mounts;
    }
}
