package dev.faas.spawner.docker;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import dev.faas.spawner.engine.EngineFault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Docker volume by which init reaches containers, whatever their image: named by platform and digest, shared by the
 * platform's spawners on a host, filled through the archive API of a container that is never started (any image will do),
 * and removed by the last spawner that stops.
 */
final class InitVolume {

    /** Where containers have it, read-only. */
    static final String MOUNT = "/.faas";

    static final String PROGRAM = MOUNT + "/init";

    private static final Logger log = LoggerFactory.getLogger(InitVolume.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int DIGITS = 16;

    private final DockerCalls docker;
    private final Map<String, String> labels;
    private final InitProgram program;
    private final String name;
    private final ReentrantLock filling = new ReentrantLock();
    private volatile boolean filled;

    /** @param labels of the container that fills it; the volume carries the platform's */
    InitVolume(DockerCalls docker, InitProgram program, Map<String, String> labels) {
        this.docker = docker;
        this.program = program;
        this.labels = labels;
        this.name = "faas-%s-init-%s".formatted(platform(), program.digest().substring(0, DIGITS));
    }

    private String platform() {
        return labels.getOrDefault(ContainerPlan.PLATFORM, "");
    }

    /** The name to mount; the program is in it from then on, until somebody removes it. */
    String ready(String imageId) throws EngineFault {
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

    /** Somebody has removed it. */
    void lost() {
        filled = false;
    }

    private void fill(String imageId) throws EngineFault {
        docker.within(
                LIMIT,
                "creation of a volume",
                d -> d.createVolumeCmd()
                        .withName(name)
                        .withLabels(Map.of(ContainerPlan.PLATFORM, platform()))
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
                            .withHostConfig(HostConfig.newHostConfig().withBinds(new Bind(name, new Volume(MOUNT))))
                            .exec());
            if (!isIn(filler)) {
                upload(filler);
            }
        } finally {
            DockerEngine.remove(docker, filler);
        }
    }

    /** Another spawner's containers may be about to execute it: what is there is not written again. */
    private boolean isIn(String filler) throws EngineFault {
        try {
            return docker.within(LIMIT, "look for init", d -> {
                try (var tar = d.copyArchiveFromContainerCmd(filler, PROGRAM).exec()) {
                    return Tar.firstSize(tar) == program.bytes().length;
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

    /** Also what earlier versions have left; what another spawner still uses stays. */
    void remove() {
        try {
            var label = platform();
            var found = docker.within(
                    LIMIT,
                    "list of volumes",
                    d -> Objects.requireNonNullElse(
                            d.listVolumesCmd()
                                    .withFilter("label", List.of(ContainerPlan.PLATFORM + "=" + label))
                                    .exec()
                                    .getVolumes(),
                            List.<InspectVolumeResponse>of()));
            for (var volume : found) {
                remove(volume.getName());
            }
        } catch (EngineFault e) {
            log.warn("the volume of init stays on the host: {}", e.getMessage());
        }
    }

    private void remove(String volume) throws EngineFault {
        try {
            docker.within(
                    LIMIT, "removal of a volume", d -> d.removeVolumeCmd(volume).exec());
        } catch (DockerRefusal e) {
            if (!e.conflict() && !e.notFound()) {
                throw e;
            }
        }
    }
}
