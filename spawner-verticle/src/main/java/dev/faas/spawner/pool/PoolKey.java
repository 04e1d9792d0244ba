package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxSpec;

/** Whose sandboxes, and of what: one owner's and one revision's only, ever. */
public record PoolKey(String owner, SandboxSpec spec) {}
