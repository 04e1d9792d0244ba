package dev.faas.wire;

import java.util.Optional;

/** Defines the name of every stream, bucket, consumer and subject. Subjects contain ids only, never names, and each id is checked
 * before a subject is built.
 */
public final class Subjects {
    public static final String ACTIVATIONS = "ACTIVATIONS";
    public static final String RETRIES = "RETRIES";
    public static final String EVENTS = "EVENTS";
    /** Messages that users have published, until their sources have submitted them. */
    public static final String INBOX = "INBOX";

    public static final String FUNCTIONS = "FUNCTIONS";
    public static final String KEYS = "KEYS";
    public static final String REVOKED = "REVOKED";
    /** Holds {@link PublishedKey}s. */
    public static final String APIKEYS = "APIKEYS";
    /** Holds the ids of users whose accounts are disabled. */
    public static final String SUSPENDED = "SUSPENDED";

    public static final String SPAWNERS = "SPAWNERS";
    public static final String IDEMPOTENCY = "IDEMPOTENCY";
    /** Holds values that all gateways share, such as the key with which they hash Idempotency-Keys. */
    public static final String GATEWAY = "GATEWAY";
    /** Holds the quotas of owners to whom an admin has given other ones than the usual. */
    public static final String USAGE = "USAGE";
    /** Holds {@link SealedSecret}s. */
    public static final String SECRETS = "SECRETS";
    /** Holds what gateways need to know of each hook, by its id. */
    public static final String HOOKS = "HOOKS";
    /** Holds the ids of deliveries to hooks: apart from {@link #IDEMPOTENCY}, so that senders do not fill that one. */
    public static final String HOOK_KEYS = "HOOK_KEYS";
    /** Holds {@link ImagePin}s. */
    public static final String IMAGES = "IMAGES";

    /** What happens to the activations of owners who listen, and other events of them. */
    public static final String FEED = "FEED";
    /** Holds the owners who listen to their feeds, each with when one of them did. */
    public static final String FEEDS = "FEEDS";

    public static final String OUTPUTS = "OUTPUTS";

    public static final String PROJECTOR = "projector";
    /** The consumer of {@link #RETRIES}. */
    public static final String RETRIER = "retrier";

    public static final String ALL_QUEUED = "activations.queue.>";
    /** With a wildcard for each id, to which the destination of a republish can refer. */
    public static final String EACH_QUEUED = "activations.queue.*.*.*";

    public static final String ALL_RETRIES = "activations.retry.*";
    public static final String ALL_EVENTS = "events.*.*";
    public static final String ALL_INBOX = "in.*.>";
    public static final String ALL_STATES = "events.*.state";
    public static final String ALL_FEEDS = "feed.*";
    public static final String ALL_WORK_NOTIFICATIONS = "wake.>";
    /** The table of all queues, in parts. */
    public static final String QUEUE_TABLE = "queues.table";

    public static final String ALL_LIMIT_REPORTS = "peers.limit.>";

    /** {@link KeyUses} of each minute; nothing stores them. */
    public static final String KEYS_USED = "keys.used";

    /** Requests to hooks that were refused; nothing stores it. */
    public static final String HOOKS_REFUSED = "hooks.refused";
    /** Asks a registry for an activation that a hook has submitted. */
    public static final String HOOKS_ACTIVATION = "hooks.activation";
    /** Asks a registry for the function of a hook. */
    public static final String HOOKS_FUNCTION = "hooks.function";

    /** Says that ends of activations wait for a dispatcher; nothing stores it. */
    public static final String ENDED = "due.ended";

    private static final String INBOX_PREFIX = "in.";
    private static final String QUEUE = "activations.queue.";
    private static final String WORK_NOTIFICATION = "wake.";
    private static final String PEERS = "peers.";
    private static final String LIMIT_REPORT = "peers.limit.";

    private Subjects() {}

    /** Object in {@link #OUTPUTS} with the result of an activation. */
    public static String resultObject(String activationId) {
        return activationId + ".result";
    }

    /** The same with its argument. */
    public static String argumentObject(String activationId) {
        return activationId + ".argument";
    }

    /** The command of a queued activation. */
    public static String command(String owner, String function, String id) {
        return QUEUE + user(owner) + "." + function(function) + "." + activation(id);
    }

    /** All commands of one function: the filter of its consumer. */
    public static String functionQueue(String owner, String function) {
        return QUEUE + user(owner) + "." + function(function) + ".*";
    }

    /** Says that a function has work; sent by republishing a command, or by hand. */
    public static String workNotification(String owner, String function) {
        return WORK_NOTIFICATION + user(owner) + "." + function(function);
    }

    /** Tells a spawner that work of a function waits for a slot elsewhere. */
    public static String workOffer(String spawner, QueueKey key) {
        return peer("offer", spawner, queue(key));
    }

    public static String workOffers(String spawner) {
        return peer("offer", spawner, ">");
    }

    /** Tells a spawner that another one starts the work that it offered. */
    public static String offerTaken(String spawner, QueueKey key) {
        return peer("taken", spawner, queue(key));
    }

    public static String offersTaken(String spawner) {
        return peer("taken", spawner, ">");
    }

    /** Asks a spawner to offer its waiting work to another one. */
    public static String offerRequest(String spawner, String requester) {
        return peer("request", spawner, spawner(requester));
    }

    public static String offerRequests(String spawner) {
        return peer("request", spawner, "*");
    }

    private static String peer(String kind, String spawner, String rest) {
        return PEERS + kind + "." + spawner(spawner) + "." + rest;
    }

    /** Says that a spawner found no command of a function although it was notified of one. */
    public static String limitReport(QueueKey key) {
        return LIMIT_REPORT + queue(key);
    }

    /** Owner and function of a command or of a message that names a queue; empty for any other subject. */
    public static Optional<QueueKey> queueKey(String subject) {
        var parts = subject.split("\\.", -1);
        int from = subject.startsWith(WORK_NOTIFICATION)
                ? 1
                : subject.startsWith(QUEUE) || subject.startsWith(LIMIT_REPORT)
                        ? 2
                        : subject.startsWith(PEERS) ? 3 : parts.length;
        if (parts.length < from + 2 || !Ids.isUser(parts[from]) || !Ids.isFunction(parts[from + 1])) {
            return Optional.empty();
        }
        return Optional.of(new QueueKey(parts[from], parts[from + 1]));
    }

    /** Of a command's subject. */
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

    /** By which one process of a spawner is asked about its runs. */
    public static String runsOf(String spawner, String incarnation) {
        return "runs." + spawner(spawner) + "." + incarnation;
    }

    /** Both event subjects of one activation, republished. */
    public static String liveEvents(String id) {
        return "live." + activation(id) + ".*";
    }

    public static String liveState(String id) {
        return "live." + activation(id) + ".state";
    }

    /** All events of one owner: one subject, so that they are read without a wildcard. */
    public static String feed(String owner) {
        return "feed." + user(owner);
    }

    /** The same, republished. */
    public static String liveFeed(String owner) {
        return "feedlive." + user(owner);
    }

    /** The {@link ImagePin}s of all revisions of one function. */
    public static String imagePins(String function) {
        return "$KV." + IMAGES + "." + function(function) + ".*";
    }

    /**
     * A subject of the owner's own, or several.
     *
     * @param subject see {@link UserSubject}
     */
    public static String inbox(String owner, String subject) {
        return INBOX_PREFIX + user(owner) + "." + checked(UserSubject.isPattern(subject), subject);
    }

    /** As the owner names it. */
    public static String userSubject(String inbox) {
        return inbox.substring(inbox.indexOf('.', INBOX_PREFIX.length()) + 1);
    }

    /** The name of a function's durable pull consumer, without dots. */
    public static String consumer(String function) {
        return "q_" + function(function);
    }

    private static String queue(QueueKey key) {
        return user(key.owner()) + "." + function(key.function());
    }

    private static String spawner(String id) {
        return checked(Ids.isSpawner(id), id);
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
