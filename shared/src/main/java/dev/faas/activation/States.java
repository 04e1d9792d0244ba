package dev.faas.activation;

import dev.faas.activation.ActivationEvents.AppendResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads and writes states of activations, for the code that makes the next state; implemented by {@link ActivationEvents}. */
public interface States {
    /** Stores the next state if the last one has this sequence. */
    CompletableFuture<AppendResult> append(ActivationRecord next, long expected);

    CompletableFuture<Optional<Snapshot>> last(String id);

    /** Quicker than {@link #last}, and possibly outdated: enough before a compare-and-set, which would be refused. */
    CompletableFuture<Optional<Snapshot>> lastFromReplica(String id);

    CompletableFuture<Optional<RunSpec>> runSpec(String id);
}
