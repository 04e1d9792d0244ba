package dev.faas.activation;

/**
 * Names the fill ratios of the event stream at which the platform begins to save space. They take effect in this order, so
 * that accepted activations can still run and store their end when the stream is nearly full.
 */
public final class StreamLimits {
    /** The registry prunes finished activations after seconds, not after their usual retention. */
    public static final double PRUNE_EARLY_ABOVE = 0.60;

    /** The gateway refuses submits. */
    public static final double REFUSE_SUBMITS_ABOVE = 0.85;

    /** Spawners drop output. */
    public static final double DROP_OUTPUT_ABOVE = 0.92;

    private StreamLimits() {}
}
