package dev.faas.spawner.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Boots sandboxes and manages their containers: the port behind which Docker is hidden. An engine belongs to one incarnation
 * of one spawner and labels its containers accordingly. Unless stated otherwise, methods block up to a limit. Thread-safe.
 * {@code ContainerEngineContract} in the tests specifies every implementation.
 */
public interface ContainerEngine extends AutoCloseable {

    /** As it was when the engine was opened. */
    EngineHost host();

    /** Pulls the image if it is absent. */
    void prepare(SandboxSpec spec) throws SandboxUnavailable;

    /**
     * Starts a container that waits for a run's argument. Pulls the image if it is absent, within the engine's pull limit and
     * one pull at a time for an image.
     */
    Sandbox boot(SandboxSpec spec) throws SandboxUnavailable;

    /**
     * Describes for users what a boot in progress waits for (the progress of a pull); empty when it waits for nothing. Does
     * not block.
     */
    Optional<String> describeWait(SandboxSpec spec);

    /**
     * How long boots of this revision have waited for a pull since then; empty if they have not. Does not block.
     *
     * @param since of {@link System#nanoTime}
     */
    default Optional<Duration> pullTime(SandboxSpec spec, long since) {
        return Optional.empty();
    }

    /** Why functions of the mode {@code NESTED} get a new container for each activation on this host; empty if none did yet. */
    default Optional<String> nestedRefusal() {
        return Optional.empty();
    }

    /** Tells the listener of calls and pulls from now on. */
    default void observe(CallTimes listener) {}

    /** Is told how long each call took, also one that failed. Must not block. */
    interface CallTimes {
        CallTimes NONE = new CallTimes() {
            @Override
            public void called(String operation, Duration took) {}

            @Override
            public void pulled(Duration took) {}
        };

        /** @param operation one of few, without a name or id */
        void called(String operation, Duration took);

        void pulled(Duration took);
    }

    /** Lists this platform's containers on this host, of all spawners. */
    List<OwnContainer> listContainers() throws EngineFault;

    /** Kills and removes a container and its volumes. Succeeds if it does not exist. */
    void remove(String containerId) throws EngineFault;

    /** Removes pulled images that exceed the disk limit. Call it periodically. */
    void tidy() throws EngineFault;

    /** Whether the engine answers within 2 s. */
    boolean ping();

    /**
     * Whether the disk that containers write to has room. If not, ends the run that has written most, as
     * {@link Termination.DiskFull}. Call it periodically. Blocks for seconds at most.
     */
    boolean hasRoom();

    /** Closes the connections. Close all sandboxes first. */
    @Override
    void close();
}
