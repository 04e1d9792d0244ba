package dev.faas.spawner.docker.init;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import dev.faas.lifecycle.Uninterrupted;
import dev.faas.spawner.docker.client.DockerCalls;
import dev.faas.spawner.docker.client.DockerRefusal;
import dev.faas.spawner.docker.client.Labels;
import dev.faas.spawner.engine.EngineFault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the init program into a Docker volume that every container mounts, whatever its image. The volume is named after
 * the platform and the program's digest, and shared by the platform's spawners on a host. It is filled through a
 * container of any image that is never started (Docker's archive API), and removed by the last spawner that stops.
 */
public final class InitVolume {

    /** Where containers mount it, read-only. */
    public static final String MOUNT = "/.faas";

    public static final String PROGRAM = MOUNT + "/init";

    private static final Logger log = LoggerFactory.getLogger(InitVolume.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int DIGEST_DIGITS = 16;

    private static final int MAX_UPLOADS = 10;

    /** Until Docker has released the volume after the removal of its last container. */
    private static final Duration RELEASE_LIMIT = Duration.ofSeconds(10);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    /** Docker's states of a container that it is removing. */
    private static final Set<String> STATES_OF_ENDED = Set.of("removing", "dead");

    private final DockerCalls docker;
    private final Map<String, String> labels;
    private final InitProgram program;
    private final String name;
    private final ReentrantLock filling = new ReentrantLock();
    private volatile boolean filled;

    /** @param labels for the container that fills the volume; the volume gets only the platform's */
    public InitVolume(DockerCalls docker, InitProgram program, Map<String, String> labels) {
        this.docker = docker;
        this.program = program;
        this.labels = labels;
        this.name = prefix() + program.digest().substring(0, DIGEST_DIGITS);
    }

    private String prefix() {
        return "faas-%s-init-".formatted(platform());
    }

    private String platform() {
        return labels.getOrDefault(Labels.PLATFORM, "");
    }

    /** Creates and fills the volume if this process has not yet done so. Returns the name to mount. Blocks. */
    public String ensureFilled(String imageId) throws EngineFault {
        if (!filled) {
            filling.lock();
            try {
                if (!filled) {
                    fill(imageId);
                    filled = true;
                }
            } finally {
                filling.unlock();
            }
        }
        return name;
    }

    /** If the volume is removed meanwhile, Docker creates an empty one for the container, with the label given here. */
    public static Mount mount(String volume, String platform, boolean readOnly) {
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource(volume)
                .withTarget(MOUNT)
                .withReadOnly(readOnly)
                .withVolumeOptions(new VolumeOptions().withNoCopy(true).withLabels(Map.of(Labels.PLATFORM, platform)));
    }

    /** Makes the next {@link #ensureFilled} check the volume: it was removed, or its contents are damaged. */
    public void refillNextTime() {
        filled = false;
    }

    private void fill(String imageId) throws EngineFault {
        docker.call(
                LIMIT,
                "creation of a volume",
                d -> d.createVolumeCmd()
                        .withName(name)
                        .withLabels(Map.of(Labels.PLATFORM, platform()))
                        .exec());
        var filler = "faas-" + UUID.randomUUID();
        try {
            docker.call(
                    LIMIT,
                    "create",
                    d -> d.createContainerCmd(imageId)
                            .withName(filler)
                            .withEntrypoint(PROGRAM) // Docker needs a command, and the image may have none
                            .withLabels(labels)
                            .withHostConfig(
                                    HostConfig.newHostConfig().withMounts(List.of(mount(name, platform(), false))))
                            .exec());
            uploadUntilComplete(filler);
        } finally {
            Uninterrupted.run(() -> docker.removeContainer(filler));
        }
    }

    /**
     * Several spawners may upload at once: Docker then removes one file while it writes the other, or shows a part of
     * it. So this uploads until the complete program was read back.
     */
    private void uploadUntilComplete(String filler) throws EngineFault {
        for (int uploads = 0; !hasProgram(filler); uploads++) {
            if (uploads == MAX_UPLOADS) {
                throw new EngineFault(
                        "the init program is not in the volume " + name + " after " + MAX_UPLOADS
                                + " uploads. Check what else writes to this volume.",
                        null);
            }
            try {
                upload(filler);
            } catch (DockerRefusal e) {
                log.debug("upload of init refused, trying again error={}", e.getMessage());
                pause();
            }
        }
    }

    /** Random, so that spawners that collided do not collide again. */
    private static void pause() throws EngineFault {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(POLL_INTERVAL.toMillis() * 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while the init program was uploaded", e);
        }
    }

    /** A complete program is not uploaded again, because containers of other spawners may be about to execute it. */
    private boolean hasProgram(String filler) throws EngineFault {
        try {
            return docker.call(LIMIT, "look for init", d -> {
                try (var tar = d.copyArchiveFromContainerCmd(filler, PROGRAM).exec()) {
                    return program.isFirstFileOf(tar);
                } catch (IOException e) {
                    return false; // upload it again
                }
            });
        } catch (DockerRefusal e) {
            if (e.isNotFound()) {
                return false;
            }
            throw e;
        }
    }

    private void upload(String filler) throws EngineFault {
        docker.call(
                LIMIT,
                "upload of init",
                d -> d.copyArchiveToContainerCmd(filler)
                        .withRemotePath(MOUNT)
                        .withTarInputStream(new ByteArrayInputStream(program.toTar()))
                        .exec());
    }

    /** Removes the volume, and those of other versions, unless containers of other spawners use them. Blocks. */
    public void remove() {
        try {
            for (var volume : platformVolumes()) {
                remove(volume);
            }
        } catch (EngineFault e) {
            log.warn("init volume not removed error={}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("init volume not removed error=interrupted");
        }
    }

    /** By name, because a volume that Docker created for a container may lack the label. */
    private List<String> platformVolumes() throws EngineFault {
        var ours = Pattern.compile(Pattern.quote(prefix()) + "[0-9a-f]{" + DIGEST_DIGITS + "}");
        var found = docker.call(
                LIMIT,
                "list of volumes",
                d -> Objects.requireNonNullElse(
                        d.listVolumesCmd()
                                .withFilter("name", List.of(prefix()))
                                .exec()
                                .getVolumes(),
                        List.<InspectVolumeResponse>of()));
        return found.stream()
                .map(InspectVolumeResponse::getName)
                .filter(ours.asMatchPredicate())
                .toList();
    }

    /**
     * When spawners stop together, each may find the volume in use by a container of another one that Docker is just
     * removing. So each waits for the release, because otherwise none would remove the volume.
     */
    private void remove(String volume) throws EngineFault, InterruptedException {
        long until = System.nanoTime() + RELEASE_LIMIT.toNanos();
        while (!tryRemove(volume) && !isUsed()) {
            if (System.nanoTime() - until > 0) {
                throw new EngineFault("volume " + volume + " is still in use after " + RELEASE_LIMIT, null);
            }
            Thread.sleep(POLL_INTERVAL);
        }
    }

    /** False while a container uses the volume. */
    private boolean tryRemove(String volume) throws EngineFault {
        try {
            docker.call(
                    LIMIT, "removal of a volume", d -> d.removeVolumeCmd(volume).exec());
        } catch (DockerRefusal e) {
            if (!e.isConflict() && !e.isNotFound()) {
                throw e;
            }
            return e.isNotFound();
        }
        return true;
    }

    private boolean isUsed() throws EngineFault {
        var containers = docker.call(
                LIMIT,
                "list of containers",
                d -> d.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.PLATFORM, platform()))
                        .exec());
        return containers.stream()
                .map(Container::getState)
                .anyMatch(state -> !STATES_OF_ENDED.contains(String.valueOf(state)));
    }
}
