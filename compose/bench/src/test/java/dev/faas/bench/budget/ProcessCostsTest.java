package dev.faas.bench.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessCostsTest {
    @Test
    void aCommandMayHaveParentheses() {
        var stat = ProcessCosts.Stat.of("7 (a) b) S 3 7 7 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 9 0 1 2 3");

        assertThat(stat).isEqualTo(new ProcessCosts.Stat("a) b", 3, 30, 70));
    }

    @Test
    void bothKindsOfSwitchesCount() {
        assertThat(ProcessCosts.switches("Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t2\n"))
                .isEqualTo(7);
    }

    @Test
    void thisProcessIsAPart() throws IOException {
        var costs =
                ProcessCosts.read(Map.of("this", ProcessHandle.current().pid())).get("this");

        assertThat(costs.processorMs()).isPositive();
        assertThat(costs.switches()).isPositive();
    }
}
