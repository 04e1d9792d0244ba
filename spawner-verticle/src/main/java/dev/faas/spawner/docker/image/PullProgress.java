package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.PullResponseItem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds up what Docker reports of each layer of a pull. Thread-safe. */
final class PullProgress {

    private static final long MB = 1_000_000;

    /** In bytes; a total of 0 is not known yet. */
    private static final class Layer {
        private long received;
        private long total;
        private boolean downloaded;
        private boolean unpacked;
    }

    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private @Nullable String error;
    private boolean begun;

    /** The pull has its place. */
    synchronized void begin() {
        begun = true;
    }

    /** The pull is repeated, and waits for its place. */
    synchronized void reset() {
        layers.clear();
        error = null;
        begun = false;
    }

    synchronized void update(PullResponseItem item) {
        var detail = item.getErrorDetail();
        if (detail != null && detail.getMessage() != null && error == null) {
            error = detail.getMessage();
        }
        var id = item.getId();
        var status = item.getStatus();
        if (id == null || status == null) {
            return;
        }
        switch (status) {
            case "Pulling fs layer", "Waiting" -> layers.computeIfAbsent(id, any -> new Layer());
            case "Downloading" -> downloading(id, item);
            case "Download complete", "Verifying Checksum", "Extracting" -> downloaded(id);
            case "Pull complete" -> {
                downloaded(id);
                layers.get(id).unpacked = true;
            }
            default -> {} // about the whole image, or a layer that was here already
        }
    }

    private void downloading(String id, PullResponseItem item) {
        var layer = layers.computeIfAbsent(id, any -> new Layer());
        var progress = item.getProgressDetail();
        if (progress != null) {
            layer.received = progress.getCurrent() == null ? layer.received : progress.getCurrent();
            layer.total = progress.getTotal() == null ? layer.total : progress.getTotal();
        }
    }

    private void downloaded(String id) {
        var layer = layers.computeIfAbsent(id, any -> new Layer());
        layer.downloaded = true;
        layer.received = layer.total;
    }

    /** The first error, in the words of Docker or the registry. */
    synchronized Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** To download, as far as Docker has reported it. */
    synchronized long totalBytes() {
        return layers.values().stream().mapToLong(layer -> layer.total).sum();
    }

    /** For the function's owner: the detail of a run that waits. */
    synchronized String sentence() {
        if (!begun) {
            return "Its image waits until another pull on its host has ended.";
        }
        var all = layers.values();
        long total = all.stream().mapToLong(layer -> layer.total).sum();
        if (total == 0) {
            return "Its image is being pulled.";
        }
        if (all.stream().allMatch(layer -> layer.downloaded)) {
            return "Its image is being unpacked: %d of %d layers."
                    .formatted(all.stream().filter(layer -> layer.unpacked).count(), all.size());
        }
        long received = all.stream().mapToLong(layer -> layer.received).sum();
        boolean more = all.stream().anyMatch(layer -> layer.total == 0 && !layer.downloaded);
        return "Its image is being pulled: %s of %s%s MB.".formatted(mb(received), more ? "at least " : "", mb(total));
    }

    private static String mb(long bytes) {
        return bytes < 10 * MB ? String.format(Locale.ROOT, "%.1f", (double) bytes / MB) : Long.toString(bytes / MB);
    }
}
