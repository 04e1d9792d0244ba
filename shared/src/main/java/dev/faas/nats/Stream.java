package dev.faas.nats;

import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Appends to one stream and reads from it by <em>literal</em> subjects: a wildcard in a direct get costs a hundred milliseconds
 * and delays publishers. A direct get may be answered by a replica that lags; the leader's answers are current.
 */
public final class Stream {
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

    /** Appends without a condition; returns the sequence. */
    public CompletableFuture<Long> append(String subject, Map<String, String> headers, byte[] body) {
        var all = new HashMap<>(headers);
        all.put(EntryHeaders.EXPECTED_STREAM, name);
        return nats.requestWrite(subject, all, body).thenApply(answer -> JetStreamReplies.readPublish(subject, answer));
    }

    /** Appends if the subject's last message has this sequence (0: if there is none). Sends no message id: the server would report a
     * duplicate even for another payload.
     */
    public CompletableFuture<Long> appendIfLast(String subject, byte[] body, long expected) {
        return appendIfLast(subject, Map.of(), body, expected);
    }

    public CompletableFuture<Long> appendIfLast(
            String subject, Map<String, String> headers, byte[] body, long expected) {
        var all = new HashMap<>(headers);
        all.put(EntryHeaders.EXPECTED_SEQUENCE, Long.toString(expected));
        return append(subject, all, body);
    }

    public CompletableFuture<Optional<StoredMessage>> lastDirect(String subject) {
        return nats.requestRead(direct, json("last_by_subj", subject, 0)).thenApply(JetStreamReplies::readDirectGet);
    }

    /** The first message of the subject at or after a sequence, from any replica. */
    public CompletableFuture<Optional<StoredMessage>> nextDirect(String subject, long from) {
        return nats.requestRead(direct, json("next_by_subj", subject, from)).thenApply(JetStreamReplies::readDirectGet);
    }

    public CompletableFuture<Optional<StoredMessage>> lastFromLeader(String subject) {
        return nats.requestRead(leader, json("last_by_subj", subject, 0)).thenApply(JetStreamReplies::readLeaderGet);
    }

    public CompletableFuture<Optional<StoredMessage>> nextFromLeader(String subject, long from) {
        return nats.requestRead(leader, json("next_by_subj", subject, from)).thenApply(JetStreamReplies::readLeaderGet);
    }

    /** Removes one message without overwriting its bytes, which is cheap and does not delay publishers. False when there is none
     * with this sequence. Fails when the server refuses, such as a cluster without a leader.
     */
    public CompletableFuture<Boolean> delete(long sequence) {
        var body = Codec.write(Map.of("seq", sequence, "no_erase", true));
        return nats.requestWrite("$JS.API.STREAM.MSG.DELETE." + name, Map.of(), body)
                .thenApply(JetStreamReplies::readDelete);
    }

    /** Removes all messages of one subject. With a wildcard the server looks at all subjects. Fails when the server refuses.
     */
    public CompletableFuture<Void> purge(String subject) {
        return purge(Map.of("filter", subject));
    }

    /** Purges the subject if its last message is a deletion marker. Messages stored after the marker stay. */
    CompletableFuture<Void> purgeIfLast(String subject, Predicate<StoredMessage> mark) {
        return lastFromLeader(subject)
                .thenCompose(last -> last.filter(mark)
                        .map(found -> purge(subject, found.sequence()))
                        .orElse(CompletableFuture.completedFuture(null)));
    }

    /** Up to and including a sequence. */
    CompletableFuture<Void> purge(String subject, long last) {
        return purge(Map.of("filter", subject, "seq", last + 1));
    }

    private CompletableFuture<Void> purge(Map<String, Object> what) {
        return nats.requestWrite("$JS.API.STREAM.PURGE." + name, Map.of(), Codec.write(what))
                .thenAccept(JetStreamReplies::requireSuccess);
    }

    public CompletableFuture<State> state() {
        return nats.requestRead("$JS.API.STREAM.INFO." + name, new byte[0]).thenApply(answer -> {
            var json = Codec.readTree(answer.getData());
            if (json.has("error")) {
                throw JetStreamReplies.toUnavailable(json);
            }
            return new State(
                    json.path("state").path("bytes").asLong(),
                    json.path("config").path("max_bytes").asLong(),
                    json.path("state").path("messages").asLong(),
                    json.path("state").path("last_seq").asLong(),
                    Duration.ofNanos(json.path("config").path("max_age").asLong()));
        });
    }

    /** How many messages the subjects have that a filter selects. Looks at each subject: for a few questions a second at most. */
    public CompletableFuture<Long> count(String filter) {
        return nats.requestRead("$JS.API.STREAM.INFO." + name, Codec.write(Map.of("subjects_filter", filter)))
                .thenApply(answer -> {
                    var json = Codec.readTree(answer.getData());
                    if (json.has("error")) {
                        throw JetStreamReplies.toUnavailable(json);
                    }
                    long messages = 0;
                    for (var each : json.path("state").path("subjects")) {
                        messages += each.asLong();
                    }
                    // An answer has 100,000 subjects at most.
                    return Math.max(messages, json.path("total").asLong());
                });
    }

    /** A stream as its leader sees it.
     *
     * @param maxBytes -1 when there is no limit
     * @param maxAge zero when there is no limit
     */
    public record State(long bytes, long maxBytes, long messages, long lastSequence, Duration maxAge) {
        /** 0 when there is no limit. */
        public double fillRatio() {
            return maxBytes <= 0 ? 0 : (double) bytes / maxBytes;
        }
    }

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
