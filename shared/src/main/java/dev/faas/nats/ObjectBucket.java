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

/** Large values, in pieces under one name, as NATS lays out an object store (its ADR-20). */
public final class ObjectBucket {
    private static final int NOT_FOUND = 10037;
    /** Above what each of two questions to the bus may take. */
    private static final long LIMIT_SECONDS = 30;

    private final Nats nats;
    private final String bucket;
    private final Stream stream;

    ObjectBucket(Nats nats, String bucket) {
        this.nats = nats;
        this.bucket = bucket;
        this.stream = nats.stream("OBJ_" + bucket);
    }

    /** Stores or replaces, a piece at a time. Blocks. */
    public void put(String name, InputStream value) throws IOException, InterruptedException {
        try {
            nats.connection().objectStore(bucket).put(ObjectMeta.objectName(name), value);
        } catch (JetStreamApiException
                | NoSuchAlgorithmException
                | IllegalStateException e) { // the last: not connected
            throw new IOException("object " + name + " could not be stored", e);
        }
    }

    /** All of it, for what is not large; empty when there is none, or no more. Blocks. */
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
            if (e.getApiErrorCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw new IOException("object " + name + " could not be read", e);
        } catch (NoSuchAlgorithmException | IllegalStateException e) {
            throw new IOException("object " + name + " could not be read", e);
        }
    }

    /** To be read a piece at a time; empty when there is none, or no more. Does not block. */
    public CompletableFuture<Optional<StoredObject>> open(String name) {
        return stream.lastFromLeader(meta(name))
                .thenApply(found -> found.map(message -> Codec.readTree(message.bytes()))
                        .filter(info -> !isDeleted(info))
                        .map(info -> new StoredObject(
                                stream,
                                "$O." + bucket + ".C." + info.path("nuid").asText(),
                                info.path("size").asLong())));
    }

    /** Leaves no mark of it either, which those need that watch a store, and here nobody does. Blocks. */
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
