package dev.faas.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.faas.spawner.docker.BusyboxImage;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Lists functions that fail or nearly fail, with the expected record. */
final class UnhappyRows {
    /**
     * @param name of the row
     * @param script run by its image; {@link #image} if it is not a script
     * @param more fields of the function
     * @param status of the ended activation
     * @param reason of the ended activation; empty if none
     * @param check of the rest of its record
     */
    record Row(
            String name,
            String script,
            BusyboxImage image,
            Map<String, Object> more,
            String status,
            String reason,
            Consumer<JsonNode> check) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final BusyboxImage SHELL = BusyboxImage.bare();
    private static final Map<String, Object> DEFAULTS = Map.of();

    private UnhappyRows() {}

    static Stream<Row> all() {
        return Stream.of(
                        byThemselves(),
                        beyondMemory(),
                        beyondProcesses(),
                        beyondTime(),
                        beyondDisk(),
                        output(),
                        notStarted())
                .flatMap(List::stream);
    }

    private static List<Row> byThemselves() {
        return List.of(
                failed("an exit code", "echo so far; exit 3", DEFAULTS, "exit_code", exitCode(3, "so far\n")),
                failed("a signal", "kill -SEGV $$", DEFAULTS, "signal", signal("SIGSEGV")),
                failed(
                        "a kill of its own making, which is no want of memory",
                        "kill -KILL $$",
                        DEFAULTS,
                        "signal",
                        signal("SIGKILL")),
                succeeded("no output at all", "exit 0", record -> assertResult(record, "")),
                succeeded(
                        "children without a parent that waits",
                        "i=0; while [ $i -lt 50 ]; do true & i=$((i+1)); done; exec sleep 1",
                        UnhappyRows::hasEnded),
                succeeded(
                        "a child that keeps the output open after its parent has gone",
                        "(setsid sleep 600 &); echo done",
                        record -> {
                            assertResult(record, "done\n");
                            assertThat(record.path("durationMs").asLong()).isLessThan(30_000);
                        }),
                failed(
                        "output that is closed early",
                        "echo before; exec >&- 2>&-; sleep 1; exit 5",
                        DEFAULTS,
                        "exit_code",
                        exitCode(5, "before\n")));
    }

    private static List<Row> beyondMemory() {
        return List.of(
                failed(
                        "a memory bomb",
                        "x=x; while true; do x=$x$x; done",
                        limits("memoryMb", 16),
                        "out_of_memory",
                        record -> assertThat(record.path("oomKills").asInt()).isPositive()),
                failed("a plain 137, which is no want of memory", "exit 137", DEFAULTS, "exit_code", exitCode(137, "")),
                failed(
                        "a child killed for its memory, whose parent copes",
                        "tail /dev/zero; exit 3",
                        limits("memoryMb", 32),
                        "exit_code",
                        record -> {
                            assertThat(record.path("exitCode").asInt()).isEqualTo(3);
                            assertThat(record.path("oomKills").asInt()).isPositive();
                        }),
                failed(
                        "a tmpfs that is filled",
                        "dd if=/dev/zero of=/tmp/full bs=1M count=64; code=$?; wc -c < /tmp/full; exit $code",
                        limits("memoryMb", 32),
                        "exit_code",
                        record -> assertThat(Long.parseLong(
                                        record.path("result").asText().strip()))
                                .isBetween(8L << 20, 16L << 20)));
    }

    private static List<Row> beyondProcesses() {
        return List.of(
                timedOut(
                        "a fork bomb",
                        "bomb() { bomb | bomb & }; bomb; exec sleep 60",
                        Map.of("limits", Map.of("pids", 64, "memoryMb", 256, "timeoutSeconds", 3)),
                        UnhappyRows::hasEnded),
                failed(
                        "more processes than its limit",
                        "i=0; while [ $i -lt 100 ]; do sleep 60 & i=$((i+1)); done; echo all",
                        limits("pids", 32),
                        "exit_code",
                        record -> assertResult(record, "")));
    }

    private static List<Row> beyondTime() {
        return List.of(
                timedOut(
                        "an endless run that ignores SIGTERM",
                        "trap '' TERM; echo begun; while true; do sleep 1; done",
                        limits("timeoutSeconds", 1),
                        record -> assertResult(record, "begun\n")),
                timedOut(
                        "an endless run that takes all the processor it can get",
                        "while :; do :; done",
                        Map.of("limits", Map.of("cpus", 0.25, "timeoutSeconds", 2)),
                        record -> assertThat(record.path("cpuMs").asLong()).isBetween(100L, 1_500L)));
    }

    /** {@link WholeSystem} lets no file grow beyond 64 MiB. */
    private static List<Row> beyondDisk() {
        return List.of(
                failed(
                        "a file without end",
                        "exec dd if=/dev/zero of=/full bs=1M count=100",
                        DEFAULTS,
                        "signal",
                        record -> {
                            assertThat(record.path("signal").asText()).isEqualTo("SIGXFSZ");
                            assertThat(record.path("detail").asText()).contains("file grew larger");
                        }),
                failed(
                        "a write to a root that is read-only",
                        "touch /here",
                        Map.of("readOnlyRoot", true),
                        "exit_code",
                        record -> assertThat(record.path("detail").asText()).contains("readOnlyRoot")));
    }

    private static List<Row> output() {
        return List.of(
                timedOut(
                        "a flood of output on both streams",
                        "yes & exec yes >&2",
                        Map.of("limits", Map.of("resultKb", 64, "logKb", 32, "timeoutSeconds", 2)),
                        record -> {
                            assertThat(record.path("resultBytes").asLong()).isEqualTo(64 << 10);
                            assertThat(record.path("resultTruncated").asBoolean())
                                    .isTrue();
                            assertThat(record.path("logBytes").asLong()).isEqualTo(32 << 10);
                            assertThat(record.path("logTruncated").asBoolean()).isTrue();
                        }),
                succeeded("a hundred thousand lines at once", "seq 100000", record -> {
                    assertThat(record.path("resultBytes").asLong()).isEqualTo(588_895);
                    assertThat(record.path("resultTruncated").asBoolean()).isFalse();
                }),
                succeeded("output that is no text", "printf '\\377\\376\\000x'", record -> {
                    assertThat(record.path("result").isNull()).isTrue();
                    assertThat(record.path("resultBytes").asLong()).isEqualTo(4);
                }));
    }

    private static List<Row> notStarted() {
        return List.of(
                notStarted(
                        "an entrypoint that is not there",
                        BusyboxImage.running("/no/such/program"),
                        "/no/such/program"),
                notStarted(
                        "an entrypoint that may not be executed",
                        BusyboxImage.running("/opt/f").withFile("/opt/f", 0644, new byte[] {1}),
                        "Permission denied"),
                notStarted(
                        "a user that the image does not know",
                        BusyboxImage.running("/bin/true").withUser("ghost"),
                        "ghost"),
                notStarted("no command at all", BusyboxImage.bare().withWorkdir("/"), "names a command"));
    }

    private static Row failed(
            String name, String script, Map<String, Object> more, String reason, Consumer<JsonNode> check) {
        return new Row(name, script, SHELL, more, "failed", reason, check);
    }

    private static Row timedOut(String name, String script, Map<String, Object> more, Consumer<JsonNode> check) {
        return new Row(name, script, SHELL, more, "timed_out", "timed_out", check);
    }

    private static Row succeeded(String name, String script, Consumer<JsonNode> check) {
        return new Row(name, script, SHELL, DEFAULTS, "succeeded", "", check);
    }

    private static Row notStarted(String name, BusyboxImage image, String detail) {
        return new Row(
                name,
                "",
                image,
                DEFAULTS,
                "failed",
                "start_failed",
                record -> assertThat(record.path("detail").asText()).contains(detail));
    }

    private static Map<String, Object> limits(String name, Object value) {
        return Map.of("limits", Map.of(name, value));
    }

    private static Consumer<JsonNode> exitCode(int code, String result) {
        return record -> {
            assertThat(record.path("exitCode").asInt()).isEqualTo(code);
            assertResult(record, result);
        };
    }

    private static Consumer<JsonNode> signal(String name) {
        return record -> assertThat(record.path("signal").asText()).isEqualTo(name);
    }

    private static void hasEnded(JsonNode record) {
        assertThat(record.path("finishedAt").asText()).isNotEmpty();
    }

    private static void assertResult(JsonNode record, String result) {
        assertThat(record.path("result").asText()).isEqualTo(result);
    }
}
