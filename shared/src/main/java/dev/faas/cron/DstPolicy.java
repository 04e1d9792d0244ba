package dev.faas.cron;

/**
 * What happens to a fixed wall time that a change of the clock skips. Of a repeated one the first of the two counts, under
 * both.
 */
public enum DstPolicy {
    /** It counts at the first valid instant after the gap, as in Debian's cron. */
    ONCE,
    /** It does not count (OCPS 1.4, draft). */
    SKIP
}
