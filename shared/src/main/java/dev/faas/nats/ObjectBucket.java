package dev.faas.nats;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.ObjectMeta;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** Large values, in pieces under one name. Everything here blocks: for virtual threads and workers. */
public final class ObjectBucket {
    private static final int NOT_FOUND = 10037;

    private final Connection connection;
    private final String bucket;

    ObjectBucket(Connection connection, String bucket) {
        this.connection = connection;
        this.bucket = bucket;
    }

    /** Stores or replaces. */
    public void put(String name, byte[] value) throws IOException, InterruptedException {
        try {
            connection.objectStore(bucket).put(ObjectMeta.objectName(name), new ByteArrayInputStream(value));
        } catch (JetStreamApiException | NoSuchAlgorithmException e) {
            throw new IOException("object " + name + " could not be stored", e);
        }
    }

    /** Empty when there is none, or no more. */
    public Optional<byte[]> get(String name) throws IOException, InterruptedException {
        var bytes = new ByteArrayOutputStream();
        try {
            var store = connection.objectStore(bucket);
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
        } catch (NoSuchAlgorithmException e) {
            throw new IOException("object " + name + " could not be read", e);
        }
    }

    public void delete(String name) throws IOException, InterruptedException {
        try {
            var store = connection.objectStore(bucket);
            if (store.getInfo(name) != null) {
                store.delete(name);
            }
        } catch (JetStreamApiException e) {
            throw new IOException("object " + name + " could not be deleted", e);
        }
    }
}
