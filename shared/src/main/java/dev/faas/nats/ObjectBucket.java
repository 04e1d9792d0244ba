package dev.faas.nats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.wire.Codec;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.ObjectMeta;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Stores large values in pieces, in the layout of a NATS object store (NATS ADR-20). */
public final class ObjectBucket {
    /** Above the time that two requests may take. */
    private static final long LIMIT_SECONDS = 30;

    private final Nats nats;
    private final String bucket;
    private final Stream stream;

    ObjectBucket(Nats nats, String bucket) {
        this.nats = nats;
        this.bucket = bucket;
        this.stream = nats.stream("OBJ_" + bucket);
    }

    /** Stores or replaces an object, one piece at a time. Blocks.
     *
     * @throws BusException.StreamFull when it does not fit: then nothing of it is stored
     */
    public void put(String name, InputStream value) throws IOException, InterruptedException {
        try {
            nats.connection().objectStore(bucket).put(ObjectMeta.objectName(name), value);
        } catch (JetStreamApiException e) {
            switch (JetStreamError.of(e)) {
                case STORAGE_RESOURCES_EXCEEDED, STREAM_STORE_FAILED, INSUFFICIENT_RESOURCES ->
                    throw new BusException.StreamFull("OBJ_" + bucket);
                default -> throw notStored(name, e);
            }
        } catch (NoSuchAlgorithmException | IllegalStateException e) { // IllegalStateException: not connected
            throw notStored(name, e);
        }
    }

    private static IOException notStored(String name, Exception cause) {
        return new IOException("object " + name + " could not be stored", cause);
    }

    public CompletableFuture<Stream.State> state() {
        return stream.state();
    }

    /** Reads the whole object into memory; empty when there is none. Blocks. */
    public Optional<byte[]> get(String name) throws IOException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        try {
            var store = nats.connection().objectStore(bucket);
            if (store.getInfo(name) == null) {
                return Optional.empty();
            }
            store.get(name, bytes);
            return Optional.of(bytes.toByteArray());
        } catch (JetStreamApiException e) {
            if (JetStreamError.of(e) == JetStreamError.NO_MESSAGE_FOUND) {
                return Optional.empty();
            }
            throw new IOException("object " + name + " could not be read", e);
        } catch (NoSuchAlgorithmException | IllegalStateException e) {
            throw new IOException("object " + name + " could not be read", e);
        }
    }

    /** Opens an object for reading in pieces; empty when there is none. Does not block. */
    public CompletableFuture<Optional<StoredObject>> open(String name) {
        return stream.lastFromLeader(meta(name))
                .thenApply(found -> found.map(message -> Codec.readTree(message.bytes()))
                        .filter(info -> !isDeleted(info))
                        .map(info -> new StoredObject(
                                stream,
                                "$O." + bucket + ".C." + info.path("nuid").asText(),
                                info.path("size").asLong())));
    }

    /** Also removes the deletion marker, which only watchers of a bucket need; this platform has none. Blocks. */
    public void delete(String name) throws IOException, InterruptedException {
        try {
            var store = nats.connection().objectStore(bucket);
            if (store.getInfo(name) != null) {
                store.delete(name);
            }
            stream.purgeIfLast(meta(name), last -> isDeleted(Codec.readTree(last.bytes())))
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (JetStreamApiException | IllegalStateException | ExecutionException | TimeoutException e) {
            throw new IOException("object " + name + " could not be deleted", e);
        }
    }

    private static boolean isDeleted(JsonNode info) {
        return info.path("deleted").asBoolean();
    }

    private String meta(String name) {
        return "$O." + bucket + ".M." + Base64.getUrlEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8));
    }
}
