package dev.faas.cli.activation;

/** States of an activation, as the API writes them. */
public enum Status {
    queued,
    running,
    succeeded,
    failed,
    timed_out,
    cancelled,
    expired
}
