package dev.faas.bench.spawner;

import dev.faas.spawner.engine.ContainerEngine;
import dev.faas.spawner.engine.EngineHost;
import dev.faas.spawner.engine.OwnContainer;
import dev.faas.spawner.engine.Sandbox;
import dev.faas.spawner.engine.SandboxSpec;
import dev.faas.wire.Capacity;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A container engine without containers, for the cost of everything else: every function sleeps for as many milliseconds as
 * its argument says, and then writes it.
 */
final class SleepingEngine implements ContainerEngine {
    @Override
    public EngineHost host() {
        return new EngineHost(UUID.randomUUID().toString(), new Capacity(Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Override
    public void prepare(SandboxSpec spec) {}

    @Override
    public Sandbox boot(SandboxSpec spec) {
        return new SleepingSandbox(spec.mode());
    }

    @Override
    public Optional<String> describeWait(SandboxSpec spec) {
        return Optional.empty();
    }

    @Override
    public List<OwnContainer> listContainers() {
        return List.of();
    }

    @Override
    public void remove(String containerId) {}

    @Override
    public void tidy() {}

    @Override
    public boolean ping() {
        return true;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public void close() {}
}
