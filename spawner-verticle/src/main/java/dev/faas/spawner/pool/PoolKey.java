package dev.faas.spawner.pool;

import dev.faas.spawner.engine.SandboxSpec;

/** Identifies a revision pool: a sandbox serves one owner and one revision only. */
public record PoolKey(String owner, SandboxSpec spec) {}
