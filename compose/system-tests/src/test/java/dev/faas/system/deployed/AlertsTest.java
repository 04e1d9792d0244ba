package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests the alerts by Prometheus' own tool: each has a case that fires, one that does not, and a line in the documents. */
class AlertsTest {
    private static final Path OBSERVABILITY = Path.of("..", "observability");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final Pattern CASE = Pattern.compile("- name: (\\w+ (?:fires|does not fire))");

    @Test
    void eachAlertFiresWhenItMustAndOnlyThen() throws Exception {
        var names = ALERT.matcher(Files.readString(OBSERVABILITY.resolve("alerts.yml")))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        var cases = CASE.matcher(Files.readString(OBSERVABILITY.resolve("alerts.test.yml")))
                .results()
                .map(match -> match.group(1))
                .toList();
        for (var name : names) {
            assertThat(cases).contains(name + " fires", name + " does not fire");
            assertThat(Files.readString(Path.of("..", "..", "docs", "operations.md")))
                    .contains("`" + name + "`");
        }
        var shell = new Shell(OBSERVABILITY, Map.of());

        assertThat(shell.line(LIMIT, "promtool check rules alerts.yml")).contains("SUCCESS: " + names.size());
        assertThat(shell.line(LIMIT, "promtool test rules alerts.test.yml")).contains("SUCCESS");
        assertThat(shell.line(LIMIT, "promtool check config prometheus.yml")).contains("SUCCESS");
    }
}
