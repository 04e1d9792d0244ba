package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.system.WholeSystem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that long runs and many activations of one user do not delay other users. */
@ExtendWith(WholeSystem.class)
class NeighboursIT {
    @Test
    void fiftySubmitsAtOnceAreAllAcceptedAndAllRun(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("echo", system.images().script("echo $1"));
        var submits = new ArrayList<Callable<String>>();
        for (int i = 0; i < 50; i++) {
            var argument = Integer.toString(i);
            submits.add(() -> ada.submit("echo", argument));
        }

        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var ids = new ArrayList<String>();
            for (var submit : pool.invokeAll(submits)) {
                ids.add(submit.get());
            }
            assertThat(ids).doesNotHaveDuplicates();
            for (int i = 0; i < 50; i++) {
                var record = ada.ended(ids.get(i));
                assertThat(record.path("result").asText()).as("%s", record).isEqualTo(i + "\n");
            }
        }
    }

    @Test
    void aRunOfTenMinutesHurtsNobodysSubmitOrRun(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        var bob = system.user();
        ada.function("sleep", system.images().script("sleep 600"), Map.of("limits", Map.of("timeoutSeconds", 700)));
        bob.function("quick", system.images().script("echo quick"));
        var sleeping = ada.submit("sleep", "");
        ada.awaitStatus(sleeping, "running");

        var begin = System.nanoTime();
        var ended = bob.ended(bob.submit("quick", ""));

        assertThat(ended.path("status").asText()).as("%s", ended).isEqualTo("succeeded");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        assertThat(ada.record(sleeping).path("status").asText()).isEqualTo("running");
    }

    @Test
    void aFunctionNeverRunsMoreOftenAtOnceThanItsConcurrency(WholeSystem.Running system) throws Exception {
        var ada = system.user();
        ada.function("one", system.images().script("sleep 0.5"), Map.of("concurrency", 1));
        var ids = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            ids.add(ada.submit("one", ""));
        }

        var spans = new ArrayList<Instant[]>();
        for (var id : ids) {
            var record = ada.ended(id);
            spans.add(new Instant[] {
                Instant.parse(record.path("startedAt").asText()),
                Instant.parse(record.path("finishedAt").asText())
            });
        }

        spans.sort(Comparator.comparing(span -> span[0]));
        for (int i = 1; i < spans.size(); i++) {
            assertThat(spans.get(i)[0]).isAfterOrEqualTo(spans.get(i - 1)[1]);
        }
    }
}
