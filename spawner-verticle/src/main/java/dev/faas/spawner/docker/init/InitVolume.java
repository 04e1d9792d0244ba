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
 * The Docker volume by which init reaches containers, whatever their image: named by platform and digest, shared by the
 * platform's spawners on a host, filled through the archive API of a container that is never started (any image will do),
 * and removed by the last spawner that stops.
 */
public final class InitVolume {

    /** Where containers have it, read-only. */
    public static final String MOUNT = "/.faas";

    public static final String PROGRAM = MOUNT + "/init";

    private static final Logger log = LoggerFactory.getLogger(InitVolume.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int DIGITS = 16;

    private static final int MOST_UPLOADS = 10;

    /** For Docker to be through with the last container that had it. */
    private static final Duration LET_GO = Duration.ofSeconds(10);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    /** What Docker calls a container that is about to be none. */
    private static final Set<String> GOING = Set.of("removing", "dead");

    private final DockerCalls docker;
    private final Map<String, String> labels;
    private final InitProgram program;
    private final String name;
    private final ReentrantLock filling = new ReentrantLock();
    private volatile boolean filled;

    /** @param labels of the container that fills it; the volume carries the platform's */
    public InitVolume(DockerCalls docker, InitProgram program, Map<String, String> labels) {
        this.docker = docker;
        this.program = program;
        this.labels = labels;
        this.name = prefix() + program.digest().substring(0, DIGITS);
    }

    private String prefix() {
        return "faas-%s-init-".formatted(platform());
    }

    private String platform() {
        return labels.getOrDefault(Labels.PLATFORM, "");
    }

    /** The name to mount; the program is in it from then on, until somebody removes it. */
    public String ready(String imageId) throws EngineFault {
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

    /** For a container, which may have to make it anew when somebody removes it just now: empty, but found by its label. */
    public static Mount mount(String volume, String platform, boolean readOnly) {
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource(volume)
                .withTarget(MOUNT)
                .withReadOnly(readOnly)
                .withVolumeOptions(new VolumeOptions().withNoCopy(true).withLabels(Map.of(Labels.PLATFORM, platform)));
    }

    /** Somebody has removed it, or damaged what is in it. */
    public void lost() {
        filled = false;
    }

    private void fill(String imageId) throws EngineFault {
        docker.within(
                LIMIT,
                "creation of a volume",
                d -> d.createVolumeCmd()
                        .withName(name)
                        .withLabels(Map.of(Labels.PLATFORM, platform()))
                        .exec());
        var filler = "faas-" + UUID.randomUUID();
        try {
            docker.within(
                    LIMIT,
                    "create",
                    d -> d.createContainerCmd(imageId)
                            .withName(filler)
                            .withEntrypoint(PROGRAM) // an image may have no command of its own, and Docker wants one
                            .withLabels(labels)
                            .withHostConfig(
                                    HostConfig.newHostConfig().withMounts(List.of(mount(name, platform(), false))))
                            .exec());
            put(filler);
        } finally {
            Uninterrupted.run(() -> docker.removeContainer(filler));
        }
    }

    /**
     * Several spawners may do it at once, and Docker takes one's file away while it writes the other's, or shows it half
     * written: it is in once it has been seen there, whole.
     */
    private void put(String filler) throws EngineFault {
        for (int uploads = 0; !isIn(filler); uploads++) {
            if (uploads == MOST_UPLOADS) {
                throw new EngineFault("init does not stay in " + name + ": does somebody else write there?", null);
            }
            try {
                upload(filler);
            } catch (DockerRefusal e) {
                log.debug("init is written once more: {}", e.getMessage());
                pause();
            }
        }
    }

    /** Not all for as long. */
    private static void pause() throws EngineFault {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(LOOK_AGAIN.toMillis() * 2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineFault("interrupted while init was written", e);
        }
    }

    /** Another spawner's containers may be about to execute it: what is there is not written again. */
    private boolean isIn(String filler) throws EngineFault {
        try {
            return docker.within(LIMIT, "look for init", d -> {
                try (var tar = d.copyArchiveFromContainerCmd(filler, PROGRAM).exec()) {
                    return Tar.begins(tar, InitProgram.MODE, program.bytes());
                } catch (IOException e) {
                    return false; // so it is written
                }
            });
        } catch (DockerRefusal e) {
            if (e.notFound()) {
                return false;
            }
            throw e;
        }
    }

    private void upload(String filler) throws EngineFault {
        var tar = new Tar().file("init", InitProgram.MODE, program.bytes()).bytes();
        docker.within(
                LIMIT,
                "upload of init",
                d -> d.copyArchiveToContainerCmd(filler)
                        .withRemotePath(MOUNT)
                        .withTarInputStream(new ByteArrayInputStream(tar))
                        .exec());
    }

    /** Also what earlier versions have left; what another spawner still uses is left to that one. Blocks. */
    public void remove() {
        try {
            for (var volume : ofThePlatform()) {
                remove(volume);
            }
        } catch (EngineFault e) {
            log.warn("the volume of init stays on the host: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("the volume of init stays on the host: interrupted");
        }
    }

    /** By their names: one that a container had to make for itself may lack the label. */
    private List<String> ofThePlatform() throws EngineFault {
        var ours = Pattern.compile(Pattern.quote(prefix()) + "[0-9a-f]{" + DIGITS + "}");
        var found = docker.within(
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
     * Spawners that stop together may each find it held by a container of another one that Docker is just removing: none of
     * them may leave it to the others then.
     */
    private void remove(String volume) throws EngineFault, InterruptedException {
        long until = System.nanoTime() + LET_GO.toNanos();
        while (!removed(volume) && !used()) {
            if (System.nanoTime() - until > 0) {
                throw new EngineFault("it is in use after " + LET_GO, null);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /** False while a container has it. */
    private boolean removed(String volume) throws EngineFault {
        try {
            docker.within(
                    LIMIT, "removal of a volume", d -> d.removeVolumeCmd(volume).exec());
        } catch (DockerRefusal e) {
            if (!e.conflict() && !e.notFound()) {
                throw e;
            }
            return e.notFound();
        }
        return true;
    }

    private boolean used() throws EngineFault {
        var containers = docker.within(
                LIMIT,
                "list of containers",
                d -> d.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.PLATFORM, platform()))
                        .exec());
        return containers.stream().map(Container::getState).anyMatch(state -> !GOING.contains(String.valueOf(state)));
    }
}
