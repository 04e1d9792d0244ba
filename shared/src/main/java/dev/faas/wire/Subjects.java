package dev.faas.wire;

import java.util.Optional;

/**
 * Every stream, bucket, consumer and subject name, in one place: whoever shards a stream one day changes this class alone.
 * Subjects are made of ids only, never of names, and ids are checked before a subject is built.
 */
public final class Subjects {
    public static final String ACTIVATIONS = "ACTIVATIONS";
    public static final String RETRIES = "RETRIES";
    public static final String EVENTS = "EVENTS";

    public static final String FUNCTIONS = "FUNCTIONS";
    public static final String KEYS = "KEYS";
    public static final String REVOKED = "REVOKED";
    public static final String SPAWNERS = "SPAWNERS";
    public static final String IDEMPOTENCY = "IDEMPOTENCY";
    /** What all gateways share. */
    public static final String GATEWAY = "GATEWAY";
    /** What the images of functions' revisions were when they were first booted. */
    public static final String IMAGES = "IMAGES";

    public static final String OUTPUTS = "OUTPUTS";

    public static final String PROJECTOR = "projector";
    /** The consumer of {@link #RETRIES}. */
    public static final String RETRIER = "retrier";

    public static final String ALL_QUEUED = "activations.queue.>";
    /** The same with a wildcard for each id, as a republish's destination refers to them. */
    public static final String EACH_QUEUED = "activations.queue.*.*.*";

    public static final String ALL_RETRIES = "activations.retry.*";
    public static final String ALL_EVENTS = "events.*.*";
    public static final String ALL_STATES = "events.*.state";
    public static final String ALL_WORK_NOTIFICATIONS = "wake.>";

    private static final String QUEUE = "activations.queue.";
    private static final String WORK_NOTIFICATION = "wake.";

    private Subjects() {}

    /** Where the command of a queued activation lies. */
    public static String command(String owner, String function, String id) {
        return QUEUE + user(owner) + "." + function(function) + "." + activation(id);
    }

    /** The filter of one function's consumer. */
    public static String functionQueue(String owner, String function) {
        return QUEUE + user(owner) + "." + function(function) + ".*";
    }

    /** The hint that a function has work: what a republished command, or a sweep, says. */
    public static String workNotification(String owner, String function) {
        return WORK_NOTIFICATION + user(owner) + "." + function(function);
    }

    /** Owner and function of a queue subject or of a hint; empty when it is neither. */
    public static Optional<QueueKey> queueKey(String subject) {
        var parts = subject.split("\\.", -1);
        int from = subject.startsWith(QUEUE) ? 2 : subject.startsWith(WORK_NOTIFICATION) ? 1 : parts.length;
        if (parts.length < from + 2 || !Ids.isUser(parts[from]) || !Ids.isFunction(parts[from + 1])) {
            return Optional.empty();
        }
        return Optional.of(new QueueKey(parts[from], parts[from + 1]));
    }

    /** The activation whose command lies under a queue subject. */
    public static String activationIdOf(String subject) {
        return activation(subject.substring(subject.lastIndexOf('.') + 1));
    }

    /** One function's queue. */
    public record QueueKey(String owner, String function) {}

    public static String retry(String id) {
        return "activations.retry." + activation(id);
    }

    public static String state(String id) {
        return "events." + activation(id) + ".state";
    }

    public static String output(String id) {
        return "events." + activation(id) + ".log";
    }

    /** Both event subjects of one activation, as they are republished. */
    public static String liveEvents(String id) {
        return "live." + activation(id) + ".*";
    }

    public static String liveState(String id) {
        return "live." + activation(id) + ".state";
    }

    /** The bucket entries that pin the images of one function's revisions. */
    public static String imagePins(String function) {
        return "$KV." + IMAGES + "." + function(function) + ".*";
    }

    /** The durable pull consumer of one function; no dots in it. */
    public static String consumer(String function) {
        return "q_" + function(function);
    }

    private static String activation(String id) {
        return checked(Ids.isActivation(id), id);
    }

    private static String function(String id) {
        return checked(Ids.isFunction(id), id);
    }

    private static String user(String id) {
        return checked(Ids.isUser(id), id);
    }

    private static String checked(boolean valid, String id) {
        if (!valid) {
            throw new IllegalArgumentException("not an id: " + id);
        }
        return id;
    }
}
