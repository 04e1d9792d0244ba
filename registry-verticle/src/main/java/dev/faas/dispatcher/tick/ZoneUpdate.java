package dev.faas.dispatcher.tick;

import dev.faas.cron.Recurrence;
import dev.faas.lifecycle.Blocking;
import java.time.zone.ZoneRulesProvider;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the next times of schedules anew when this process has other time zone data than the one that computed them. A time
 * that is due already stays: the dispatcher computes it anew when it decides. Repeated after a crash; several processes may
 * do it at once.
 */
final class ZoneUpdate {
    private static final Logger LOG = LoggerFactory.getLogger(ZoneUpdate.class);
    private static final int BATCH = 500;

    private final ZoneStore store;
    private final String release;

    ZoneUpdate(ZoneStore store) {
        this.store = store;
        // All zones of the JDK are of one release, such as 2026a.
        this.release = ZoneRulesProvider.getVersions(Recurrence.UTC).lastKey();
    }

    /** Blocks. */
    void run() throws Exception {
        var known = Blocking.await(store.findRelease());
        if (known.equals(Optional.of(release))) {
            return;
        }
        int changed = 0;
        for (var after = Optional.of(""); after.isPresent(); ) {
            var page = Blocking.await(store.recompute(after.get(), BATCH));
            after = page.last();
            changed += page.changed();
        }
        Blocking.await(store.setRelease(release));
        LOG.info("next times computed release={} before={} changed={}", release, known.orElse("none"), changed);
    }
}
