package dev.faas.registry.source;

import dev.faas.source.SourceSpec;
import dev.faas.wire.FunctionRef;

/** A source as its user wrote it. */
record Definition(SourceSpec spec, FunctionRef function, boolean paused) {}
