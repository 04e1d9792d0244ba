package dev.faas.spawner;

/** Whose sandboxes, and of what: one owner's and one revision's only, ever. */
record PoolKey(String owner, SandboxSpec spec) {}
