package dev.faas.spawner.engine;

import java.util.List;
import java.util.Optional;

/**
 * The narrow port around whatever runs containers. One engine belongs to one incarnation of one spawner and labels
 * everything it makes accordingly. All methods block, have a limit in time, and may be called from any thread (virtual
 * threads included) at once. {@code ContainerEngineContract} in the tests says what every implementation does.
 */
public interface ContainerEngine extends AutoCloseable {

    /** Sees to it that the image is there, which may take as long as a pull. */
    void prepare(SandboxSpec spec) throws SandboxUnavailable;

    /**
     * Everything that can be done for a run before its argument is known: a container is started, and waits. Its image
     * is pulled if it is absent, within the engine's pull limit, one pull at a time for an image.
     */
    Sandbox boot(SandboxSpec spec) throws SandboxUnavailable;

    /**
     * What takes long of a boot of this that is under way (a pull), in a sentence for people; empty when nothing does. Does
     * not block.
     */
    Optional<String> describeWait(SandboxSpec spec);

    /** The containers of this platform on this host, of whichever spawner; never another platform's. */
    List<OwnContainer> listContainers() throws EngineFault;

    /** Kills and removes a container with its volumes; one that is gone already is fine. */
    void remove(String containerId) throws EngineFault;

    /** Keeps what it has brought onto the host (images) within its bounds; to be called now and then. */
    void tidy() throws EngineFault;

    /** Whether the engine answers, found out within 2 s. */
    boolean ping();

    /**
     * Whether there is room where containers write to. When there is not, the run that has written most is ended, as
     * {@link Termination.DiskFull}; so this is to be asked every so often. Blocks, for seconds at most.
     */
    boolean hasRoom();

    /** Lets the connections go. Sandboxes are closed before. */
    @Override
    void close();
}
