package dev.faas.spawner.engine;

import dev.faas.spawner.engine.SandboxUnavailable.ImageNotFound;
import dev.faas.wire.Capacity;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A container engine without containers: an image is a Java lambda. Fulfils the contract of the real one ({@link
 * ContainerEngineContract}) and lets tests inject faults.
 */
public final class FakeEngine implements ContainerEngine {

    private final String spawner;
    private final String incarnation;
    private final EngineHost host;
    private final Map<String, Capacity> needs = new ConcurrentHashMap<>();
    private final Map<String, FakeProgram> images = new ConcurrentHashMap<>();
    private final Map<String, Supplier<SandboxUnavailable>> unavailable = new ConcurrentHashMap<>();
    private final Map<String, OwnContainer> containers = new ConcurrentHashMap<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final Set<String> immovable = ConcurrentHashMap.newKeySet();
    private volatile boolean down;
    private volatile Optional<String> waits = Optional.empty();
    private volatile boolean full;
    private volatile Obstacle onBoot = () -> {};
    private volatile Obstacle onRemoval = () -> {};
    private volatile Consumer<SandboxSpec> booted = spec -> {};

    public FakeEngine(String spawner, String incarnation) {
        this(spawner, incarnation, newHost());
    }

    public FakeEngine(String spawner, String incarnation, EngineHost host) {
        this.spawner = spawner;
        this.incarnation = incarnation;
        this.host = host;
    }

    /** A machine of its own, with plenty of all. */
    public static EngineHost newHost() {
        return new EngineHost(UUID.randomUUID().toString(), new Capacity(1 << 20, 1 << 20));
    }

    public FakeEngine image(String reference, FakeProgram program) {
        images.put(reference, program);
        return this;
    }

    /** From now on {@code boot} of this image fails with this. */
    public FakeEngine unavailable(String reference, Supplier<SandboxUnavailable> failure) {
        unavailable.put(reference, failure);
        return this;
    }

    /** Holds up the boots or removals that wait for it. */
    public interface Obstacle {
        void await() throws InterruptedException;
    }

    /** Every boot waits for this. */
    public void onBoot(Obstacle obstacle) {
        onBoot = obstacle;
    }

    /** Every removal of a sandbox waits for this. */
    public void onRemoval(Obstacle obstacle) {
        onRemoval = obstacle;
    }

    /** Sets what boots in progress wait for; empty: nothing. */
    public void waits(Optional<String> what) {
        waits = what;
    }

    /** Called at every boot. */
    public void booted(Consumer<SandboxSpec> listener) {
        booted = listener;
    }

    /** Adds an orphaned container, for example of a former incarnation. */
    public FakeEngine leftBehind(OwnContainer container) {
        containers.put(container.id(), container);
        return this;
    }

    /** The daemon refuses to remove this container. */
    public FakeEngine immovable(String containerId) {
        immovable.add(containerId);
        return this;
    }

    /** While down, every call fails as if the daemon were stopped. */
    public void down(boolean isDown) {
        down = isDown;
    }

    /** While full, {@code hasRoom} is false. */
    public void full(boolean isFull) {
        full = isFull;
    }

    @Override
    public EngineHost host() {
        return host;
    }

    /** The sum of the limits of all containers that are there now. */
    public Capacity containerNeeds() {
        return needs.values().stream().reduce(Capacity.NONE, Capacity::plus);
    }

    @Override
    public boolean hasRoom() {
        return !full;
    }

    @Override
    public void prepare(SandboxSpec spec) throws SandboxUnavailable {
        program(spec);
    }

    @Override
    public Sandbox boot(SandboxSpec spec) throws SandboxUnavailable {
        try {
            onBoot.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxUnavailable.BootFailed("interrupted", e);
        }
        var program = program(spec);
        var sandbox = new FakeSandbox(this, created(spec), spec, program);
        booted.accept(spec);
        return sandbox;
    }

    private FakeProgram program(SandboxSpec spec) throws SandboxUnavailable {
        if (down) {
            throw new SandboxUnavailable.BootFailed("the engine is away", null);
        }
        var failure = unavailable.get(spec.program().image());
        if (failure != null) {
            throw failure.get();
        }
        var program = images.get(spec.program().image());
        if (program == null) {
            throw new ImageNotFound("image " + spec.program().image() + " is neither on this host nor to be had");
        }
        return program;
    }

    @Override
    public Optional<String> describeWait(SandboxSpec spec) {
        return waits;
    }

    @Override
    public void tidy() throws EngineFault {
        up();
    }

    @Override
    public List<OwnContainer> listContainers() throws EngineFault {
        up();
        return List.copyOf(containers.values());
    }

    @Override
    public void remove(String containerId) throws EngineFault {
        up();
        if (immovable.contains(containerId)) {
            throw new EngineFault("container " + containerId + " cannot be removed", null);
        }
        needs.remove(containerId);
        containers.remove(containerId);
    }

    @Override
    public boolean ping() {
        pings.incrementAndGet();
        return !down;
    }

    public int pings() {
        return pings.get();
    }

    @Override
    public void close() {}

    boolean isDown() {
        return down;
    }

    private String created(SandboxSpec spec) {
        var id = HexFormat.of().toHexDigits(UUID.randomUUID().getMostSignificantBits());
        containers.put(id, new OwnContainer(id, spawner, incarnation, spec.revision(), true, Instant.now()));
        needs.put(id, spec.limits().capacity());
        return id;
    }

    void forget(String id) {
        try {
            onRemoval.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        needs.remove(id);
        containers.remove(id);
    }

    private void up() throws EngineFault {
        if (down) {
            throw new EngineFault("the engine is away", null);
        }
    }
}
