package dev.faas.nats;

import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * One stream: appends, and reads of <em>literal</em> subjects (a wildcard in a direct get costs a hundred milliseconds and
 * stalls publishers). Direct gets may come from a replica that lags; the leader's answers do not.
 */
public final class Stream {
    private static final String EXPECTED = "Nats-Expected-Last-Subject-Sequence";
    private static final String EXPECTED_STREAM = "Nats-Expected-Stream";

    private final Nats nats;
    private final String name;
    private final String direct;
    private final String leader;

    Stream(Nats nats, String name) {
        this.nats = nats;
        this.name = name;
        this.direct = "$JS.API.DIRECT.GET." + name;
        this.leader = "$JS.API.STREAM.MSG.GET." + name;
    }

    /** Appends whatever is there already; the sequence. */
    public CompletableFuture<Long> append(String subject, Map<String, String> headers, byte[] body) {
        var all = new HashMap<>(headers);
        all.put(EXPECTED_STREAM, name);
        return nats.requestWrite(subject, all, body).thenApply(answer -> JetStreamReplies.readPublish(subject, answer));
    }

    /**
     * Appends if the last message of the subject is the one expected; 0: if there is none. No message id goes with it: a
     * duplicate's answer would come even for another payload.
     */
    public CompletableFuture<Long> appendIfLast(String subject, byte[] body, long expected) {
        return appendIfLast(subject, Map.of(), body, expected);
    }

    /** The same with headers. */
    public CompletableFuture<Long> appendIfLast(
            String subject, Map<String, String> headers, byte[] body, long expected) {
        var all = new HashMap<>(headers);
        all.put(EXPECTED, Long.toString(expected));
        return append(subject, all, body);
    }

    public CompletableFuture<Optional<StoredMessage>> lastDirect(String subject) {
        return nats.requestRead(direct, json("last_by_subj", subject, 0)).thenApply(JetStreamReplies::readDirectGet);
    }

    /** The first message of the subject at or after a sequence, as a replica knows it. */
    public CompletableFuture<Optional<StoredMessage>> nextDirect(String subject, long from) {
        return nats.requestRead(direct, json("next_by_subj", subject, from)).thenApply(JetStreamReplies::readDirectGet);
    }

    public CompletableFuture<Optional<StoredMessage>> lastFromLeader(String subject) {
        return nats.requestRead(leader, json("last_by_subj", subject, 0)).thenApply(JetStreamReplies::readLeaderGet);
    }

    public CompletableFuture<Optional<StoredMessage>> nextFromLeader(String subject, long from) {
        return nats.requestRead(leader, json("next_by_subj", subject, from)).thenApply(JetStreamReplies::readLeaderGet);
    }

    /**
     * Removes one message without overwriting its bytes: cheap, and publishers do not feel it. False when there is none of this
     * sequence; a refusal, as of a cluster that is about to choose a leader, is a failure.
     */
    public CompletableFuture<Boolean> delete(long sequence) {
        var body = Codec.write(Map.of("seq", sequence, "no_erase", true));
        return nats.requestWrite("$JS.API.STREAM.MSG.DELETE." + name, Map.of(), body)
                .thenApply(JetStreamReplies::readDelete);
    }

    /**
     * Removes all messages of one exact subject; a wildcard costs the server a look at all subjects there are. A refusal is a
     * failure.
     */
    public CompletableFuture<Void> purge(String subject) {
        return purge(Map.of("filter", subject));
    }

    /** The same if the last message is such a mark as deletions leave; what comes after it in the meantime stays. */
    CompletableFuture<Void> purgeIfLast(String subject, Predicate<StoredMessage> mark) {
        return lastFromLeader(subject)
                .thenCompose(last -> last.filter(mark)
                        .map(found -> purge(subject, found.sequence()))
                        .orElse(CompletableFuture.completedFuture(null)));
    }

    /** Of those up to a sequence, that one included. */
    CompletableFuture<Void> purge(String subject, long last) {
        return purge(Map.of("filter", subject, "seq", last + 1));
    }

    private CompletableFuture<Void> purge(Map<String, Object> what) {
        return nats.requestWrite("$JS.API.STREAM.PURGE." + name, Map.of(), Codec.write(what))
                .thenAccept(JetStreamReplies::requireSuccess);
    }

    /** How it stands, as its leader knows. */
    public CompletableFuture<State> state() {
        return nats.requestRead("$JS.API.STREAM.INFO." + name, new byte[0]).thenApply(answer -> {
            var json = Codec.readTree(answer.getData());
            if (json.has("error")) {
                throw new BusException.BusUnavailable(
                        json.path("error").path("description").asText(), null);
            }
            return new State(
                    json.path("state").path("bytes").asLong(),
                    json.path("config").path("max_bytes").asLong(),
                    json.path("state").path("last_seq").asLong());
        });
    }

    /**
     * A stream as the server sees it.
     *
     * @param maxBytes -1: no limit
     */
    public record State(long bytes, long maxBytes, long lastSequence) {}

    public Consumers consumers() {
        return new Consumers(nats, name);
    }

    private static byte[] json(String key, String subject, long from) {
        var text = from == 0
                ? "{\"" + key + "\":\"" + subject + "\"}"
                : "{\"seq\":" + from + ",\"" + key + "\":\"" + subject + "\"}";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
