package dev.faas.activation;

import dev.faas.activation.ActivationEvents.AppendResult;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The states of activations, as whoever makes the next one needs them. {@link ActivationEvents} are the real ones. */
public interface States {
    /** Stores the next state if the last one is still the expected. */
    CompletableFuture<AppendResult> append(ActivationRecord next, long expected);

    CompletableFuture<Optional<Snapshot>> last(String id);

    /** Quicker: what was its last state just now, perhaps not any more. Enough for what a compare-and-set decides. */
    CompletableFuture<Optional<Snapshot>> lastFromReplica(String id);

    /** What is to be run. */
    CompletableFuture<Optional<RunSpec>> runSpec(String id);
}
