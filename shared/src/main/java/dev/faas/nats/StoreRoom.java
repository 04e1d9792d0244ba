package dev.faas.nats;

import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.NUID;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which sizes NATS has room for. NATS reserves the size of each stream out of what it may store, by default three
 * quarters of the disk that is free when it starts. If that has become less than the reservations, NATS does not restore its
 * streams. Therefore all sizes together may take half of it: then they still fit when the streams are full.
 *
 * <p>NATS does not say what it may store: a stream is made and removed again to find out.
 */
final class StoreRoom {
    private static final Logger LOG = LoggerFactory.getLogger(StoreRoom.class);
    private static final long MEBIBYTE = 1 << 20;
    private static final String PROBE = "probe";

    private final JetStreamManagement management;
    private final int replicas;

    StoreRoom(JetStreamManagement management, int replicas) {
        this.management = management;
        this.replicas = replicas;
    }

    /**
     * The size that a stream can have: the wanted one, or else its current one. Logs what has no room.
     *
     * @param current negative: none
     * @param setting of its size; empty: it has none
     */
    long sizeOf(String stream, long current, long wanted, String setting) throws IOException, JetStreamApiException {
        if (wanted < 0 || fits(wanted - Math.max(0, current))) {
            return wanted;
        }
        LOG.warn(
                "NATS has too little disk to limit the size of a stream: give it more{} stream={} mebibytes={}",
                setting.isEmpty() ? "" : ", or lower " + setting,
                stream,
                wanted / MEBIBYTE);
        return current;
    }

    /** The largest size that fits, by halves; negative when there is none. */
    long largest(long most, long least) throws IOException, JetStreamApiException {
        for (long size = most; size >= least; size /= 2) {
            if (fits(size)) {
                return size;
            }
        }
        return -1;
    }

    /** Whether so much more fits twice beside what is reserved already, twice. */
    boolean fits(long more) throws IOException, JetStreamApiException {
        if (more <= 0) {
            return true;
        }
        long reserved = management.getAccountStatistics().getReservedStorage();
        var name = PROBE + "_" + NUID.nextGlobal();
        try {
            management.addStream(StreamConfiguration.builder()
                    .name(name)
                    .subjects(name)
                    .storageType(StorageType.File)
                    .replicas(replicas)
                    .maxBytes(2 * more + reserved)
                    .build());
        } catch (JetStreamApiException e) {
            if (isLacking(e)) {
                return false;
            }
            throw e;
        }
        management.deleteStream(name);
        return true;
    }

    static boolean isLacking(JetStreamApiException e) {
        return switch (JetStreamError.of(e)) {
            case STORAGE_RESOURCES_EXCEEDED, INSUFFICIENT_RESOURCES, NO_SUITABLE_PEERS -> true;
            default -> false;
        };
    }
}
