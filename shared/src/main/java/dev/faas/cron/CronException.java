package dev.faas.cron;

/** Says what is wrong with a pattern, a period or a zone, where, and what to write instead. The message is for the user. */
public final class CronException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    CronException(String message) {
        super(message);
    }
}
