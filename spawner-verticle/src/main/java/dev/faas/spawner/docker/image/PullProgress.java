package dev.faas.spawner.docker.image;

import com.github.dockerjava.api.model.PullResponseItem;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How far a pull has come, by what Docker tells of each layer. Thread-safe. */
final class PullProgress {

    private static final long MB = 1_000_000;

    /** A total of 0: not known yet. */
    private static final class Layer {
        private long got;
        private long total;
        private boolean downloaded;
        private boolean unpacked;
    }

    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private @Nullable String error;

    synchronized void heard(PullResponseItem item) {
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
            default -> {} // of the whole image, or of a layer that was here already
        }
    }

    private void downloading(String id, PullResponseItem item) {
        var layer = layers.computeIfAbsent(id, any -> new Layer());
        var progress = item.getProgressDetail();
        if (progress != null) {
            layer.got = progress.getCurrent() == null ? layer.got : progress.getCurrent();
            layer.total = progress.getTotal() == null ? layer.total : progress.getTotal();
        }
    }

    private void downloaded(String id) {
        var layer = layers.computeIfAbsent(id, any -> new Layer());
        layer.downloaded = true;
        layer.got = layer.total;
    }

    /** What went wrong, in the words of Docker or the registry. */
    synchronized Optional<String> error() {
        return Optional.ofNullable(error);
    }

    /** Of what is to be downloaded, as far as that is known. */
    synchronized long totalBytes() {
        return layers.values().stream().mapToLong(layer -> layer.total).sum();
    }

    /** For a person. */
    synchronized String sentence() {
        var all = layers.values();
        long total = all.stream().mapToLong(layer -> layer.total).sum();
        if (total == 0) {
            return "Its image is being pulled.";
        }
        if (all.stream().allMatch(layer -> layer.downloaded)) {
            return "Its image is being unpacked: %d of %d layers."
                    .formatted(all.stream().filter(layer -> layer.unpacked).count(), all.size());
        }
        long got = all.stream().mapToLong(layer -> layer.got).sum();
        boolean more = all.stream().anyMatch(layer -> layer.total == 0 && !layer.downloaded);
        return "Its image is being pulled: %s of %s%s MB.".formatted(mb(got), more ? "at least " : "", mb(total));
    }

    private static String mb(long bytes) {
        return bytes < 10 * MB ? String.format(Locale.ROOT, "%.1f", (double) bytes / MB) : Long.toString(bytes / MB);
    }
}
