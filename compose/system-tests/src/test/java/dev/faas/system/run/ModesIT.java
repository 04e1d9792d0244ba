package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What activations of one function share, by its mode. */
@ExtendWith(WholeSystem.class)
class ModesIT {
    private static final String WRITE_AND_LOOK =
            "touch /root-$1 /tmp/tmp-$1 2>/dev/null; echo /root-* /tmp/tmp-*; cat /etc/hostname";

    @Test
    void inIsolatedAndNestedModeARunSeesOnlyItsOwnFilesAndInReusedModeItsRootIsReadOnly(WholeSystem.Running system)
            throws Exception {
        var ada = system.user();
        var image = system.images().script(WRITE_AND_LOOK);
        for (var mode : new String[] {"isolated", "nested", "reused"}) {
            ada.function(mode, image, Map.of("mode", mode, "concurrency", 1));
            var containers = new HashSet<String>();
            var sandboxes = new ArrayList<String>();
            for (var argument : new String[] {"1", "2", "3"}) {
                var record = ada.ended(ada.submit(mode, argument));
                assertThat(record.path("status").asText()).as(record.toString()).isEqualTo("succeeded");
                assertThat(record.path("mode").asText()).isEqualTo(mode);
                assertThat(record.path("modeFallback").isNull()).isTrue();
                var lines = record.path("result").asText().lines().toList();
                var root = mode.equals("reused") ? "/root-*" : "/root-" + argument;
                assertThat(lines.getFirst()).isEqualTo(root + " /tmp/tmp-" + argument);
                containers.add(lines.getLast());
                sandboxes.add(record.path("sandbox").asText());
                var phases = record.path("phases");
                assertThat(phases.path("queueMs").asLong())
                        .isEqualTo(record.path("waitMs").asLong());
                assertThat(phases.path("pullMs").asLong()
                                + phases.path("bootMs").asLong())
                        .isEqualTo(record.path("startMs").asLong());
                assertThat(phases.path("runMs").asLong())
                        .isEqualTo(record.path("durationMs").asLong());
            }
            var fresh = Set.of("pooled", "booted");
            assertThat(sandboxes.getFirst()).isIn(fresh);
            assertThat(sandboxes.subList(1, 3)).isSubsetOf(mode.equals("isolated") ? fresh : Set.of(mode));
            assertThat(containers.size()).isEqualTo(mode.equals("isolated") ? 3 : 1);
        }
    }
}
