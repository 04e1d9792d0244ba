package dev.faas.spawner;

import dev.faas.spawner.docker.OwnDocker;
import dev.faas.spawner.docker.TestImages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Counts what a spawner and its Docker daemon hold: running functions must not increase it. */
record Footprint(Map<String, Long> counts) {
    /** Connections that the daemon opens and closes by itself, to containerd for example: between 12 and 19 were seen. */
    private static final int OF_DAEMON = 10;

    /** Counts for this process, the daemon, and the processes that the daemon started. */
    static Footprint of(OwnDocker docker, TestImages images, VirtualThreads virtual) throws IOException {
        var counts = new TreeMap<String, Long>();
        var client = images.docker();
        counts.put("containers", (long)
                client.listContainersCmd().withShowAll(true).exec().size());
        var volumes = client.listVolumesCmd().exec().getVolumes();
        counts.put("volumes", volumes == null ? 0L : volumes.size());
        counts.put("processes of Docker", (long) docker.processes().size());
        counts.put("descriptors of Docker", files("/proc/" + docker.pid() + "/fd", any -> true));
        counts.put("descriptors", files("/proc/self/fd", any -> true));
        counts.put("connections", files("/proc/self/fd", target -> target.startsWith("socket:")));
        counts.put(
                "platform threads", (long) ManagementFactory.getThreadMXBean().getThreadCount());
        counts.put("virtual threads", virtual.count());
        return new Footprint(counts);
    }

    private static long files(String folder, Predicate<String> target) throws IOException {
        try (var links = Files.list(Path.of(folder))) {
            return links.filter(link -> target.test(target(link))).count();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed in the meantime, or not a link
        }
    }

    /** The footprint with the connections that a client may keep open for later, and those of the daemon itself. */
    Footprint plusIdleConnections(int most) {
        var more = new TreeMap<>(counts);
        Map.of("connections", most, "descriptors", most, "descriptors of Docker", most + OF_DAEMON)
                .forEach((what, count) -> more.merge(what, (long) count, Long::sum));
        return new Footprint(more);
    }

    /** The counts that have grown. */
    Map<String, String> beyond(Footprint before) {
        var more = new TreeMap<String, String>();
        counts.forEach((what, count) -> {
            long was = before.counts.get(what);
            if (count > was) {
                more.put(what, was + " → " + count);
            }
        });
        return more;
    }
}
