package dev.faas.spawner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.spawner.docker.init.Trailer.End;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hostile functions, by {@code escape.c}, as root and as another user. What {@code docker run --init} allows or refuses is
 * allowed or refused in the same way in every mode, except for {@link #DIFFERENCES}. No run sees a trace of an earlier one.
 */
@Tag("docker")
final class EscapesTest extends InitFixture {

    enum Mode {
        ISOLATED,
        REUSED,
        NESTED,
        NESTED_READ_ONLY;

        InitSandbox boot(String user) throws Exception {
            var writable = this == ISOLATED || this == NESTED;
            var options = Stream.of(writable ? "--read-only=false" : READ_ONLY, "--user=" + user);
            return (nests() ? nestedLab : lab).boot(image, List.of("/probe", "escape"), options.toArray(String[]::new));
        }

        boolean nests() {
            return this == NESTED || this == NESTED_READ_ONLY;
        }
    }

    private static final Set<Mode> ALL = EnumSet.allOf(Mode.class);
    private static final Set<Mode> NESTED_MODES = EnumSet.of(Mode.NESTED, Mode.NESTED_READ_ONLY);
    private static final Set<Mode> OTHER_MODES = EnumSet.complementOf(EnumSet.copyOf(NESTED_MODES));
    private static final Set<Mode> READ_ONLY_ROOT = EnumSet.of(Mode.REUSED, Mode.NESTED_READ_ONLY);
    private static final Set<Mode> READ_ONLY_ETC = EnumSet.complementOf(EnumSet.of(Mode.ISOLATED));

    private static final String ABSENT = "absent";
    private static final String REFUSED = "refused \\(.*\\)";
    private static final String READ_ONLY_FILE = "refused \\(EROFS\\)";
    private static final String MOUNTED_READ_ONLY = "\\S+ ro,.*";

    /** What is not as with {@code docker run --init}: the verdicts and sights that match the first pattern. */
    private record Difference(Pattern what, Pattern here, Set<Mode> modes) {
        static Difference of(String what, String here, Set<Mode> modes) {
            return new Difference(Pattern.compile(what), Pattern.compile(here), modes);
        }

        boolean allows(String key, String seen, Mode mode) {
            return modes.contains(mode)
                    && what.matcher(key).matches()
                    && here.matcher(seen).matches();
        }
    }

    private static final List<Difference> DIFFERENCES = List.of(
            // A command may trace docker-init, but not init.
            Difference.of("process 1: .*|read /proc/1/.*|link the program of process 1", REFUSED, ALL),
            // The program of init is elsewhere, and a nested run does not have it.
            Difference.of("mount /sbin/docker-init|node /sbin", ABSENT, ALL),
            Difference.of("node /\\.faas", "40755 .*", ALL),
            Difference.of("mount /\\.faas", MOUNTED_READ_ONLY, OTHER_MODES),
            Difference.of("(read|open to write) /\\.faas/init", "refused \\(EACCES\\)", OTHER_MODES),
            // A read-only root.
            Difference.of("mount /", MOUNTED_READ_ONLY, READ_ONLY_ROOT),
            Difference.of("create in /|make a disk in /|open to write /(etc|bin)/x", READ_ONLY_FILE, READ_ONLY_ROOT),
            Difference.of("chown a file to another user", READ_ONLY_FILE, READ_ONLY_ROOT),
            Difference.of("set a file capability in /", "refused \\(ENOENT\\)", READ_ONLY_ROOT),
            // The runs of a container share what Docker mounts, so no run may change it.
            Difference.of("mount /etc/(hosts|hostname|resolv\\.conf)", MOUNTED_READ_ONLY, READ_ONLY_ETC),
            Difference.of("write /etc/(hosts|hostname|resolv\\.conf)", READ_ONLY_FILE, READ_ONLY_ETC),
            Difference.of("mount /proc/[a-z_]+", MOUNTED_READ_ONLY, NESTED_MODES),
            Difference.of("chmod /proc/kcore", READ_ONLY_FILE, NESTED_MODES),
            Difference.of("mount /sys/fs/cgroup", MOUNTED_READ_ONLY, NESTED_MODES),
            Difference.of("make a cgroup", READ_ONLY_FILE, NESTED_MODES),
            // An overlay over Docker's /dev cannot hold a changed device.
            Difference.of("mount /dev", "overlay rw,nosuid.*", NESTED_MODES),
            Difference.of("chmod /dev/null|chmod stdin", "refused \\(EPERM\\)", NESTED_MODES));

    /** Traces that no nested run can leave, but a container with the platform's options can. */
    private static final Set<String> NOT_BY_NESTED = Set.of(
            "text in Docker's files of /etc",
            "cgroup",
            "mode of devices",
            "mode of masked files",
            "mode of stdin",
            "times of stdin",
            "flow label");

    /** Traces that only a container without these options can leave. */
    private static final Set<String> ONLY_BY_PRIVILEGED =
            Set.of("setting of the kernel", "host name", "key", "metrics of a connection");

    /** Traces in the network of the container, which every run shares: it is not used again. */
    private static final Set<String> END_OF_THE_CONTAINER = Set.of("flow label");

    private static InitLab nestedLab;
    private static String image;

    @BeforeAll
    static void openNested(@TempDir Path directory) throws Exception {
        nestedLab = new InitLab(directory, true);
        image = lab.image(
                lab.scratch()
                        .directory("bin", 0755)
                        .directory("etc", 0755)
                        .directory("tmp", 01777)
                        .file("etc/passwd", 0644, InitImages.utf8("root:x:0:0::/:/\nworker:x:1234:1235::/:/\n"))
                        .file("etc/group", 0644, InitImages.utf8("root:x:0:\nextra:x:77:root,worker\n"))
                        .file("bin/suid", 04755, lab.probe())
                        .file("bin/x", 0755, InitImages.utf8("x\n"))
                        .file("etc/x", 0644, InitImages.utf8("x\n")),
                "ENTRYPOINT [\"/probe\", \"escape\"]");
    }

    @AfterAll
    static void closeNested() throws Exception {
        nestedLab.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenAttemptsToEscape_whenMadeInEachMode_thenTheVerdictsAreThoseOfDockerRun(String user) throws Exception {
        var expected = byDocker("try", "--user=" + user);
        assertThat(expected).hasSizeGreaterThan(450).noneMatch(line -> line.contains(": killed"));
        assertThat(expected.stream().filter(line -> line.contains("(control)") && line.endsWith(": DONE")))
                .hasSizeGreaterThanOrEqualTo(6);
        assertThat(differences("try", user, expected)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1234"})
    void givenRightsMountsAndDevices_whenSeenInEachMode_thenTheyAreThoseOfDockerRun(String user) throws Exception {
        var expected = byDocker("look", "--user=" + user);
        assertThat(expected)
                .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2")
                .anyMatch(line -> line.startsWith("mount /proc/sys proc ro"))
                .anyMatch(line -> line.startsWith("node /dev/null "));
        assertThat(differences("look", user, expected)).isEmpty();
    }

    private static List<String> byDocker(String argument, String... options) throws Exception {
        var result = InitLab.dockerRun(image, List.of(argument), options);
        assertThat(result.code()).as(result.stderr()).isZero();
        return result.text().lines().toList();
    }

    /** Those that the table does not list. */
    private static List<String> differences(String argument, String user, List<String> docker) throws Exception {
        var found = new ArrayList<String>();
        var expected = byKey(docker);
        for (var mode : Mode.values()) {
            try (var sandbox = mode.boot(user)) {
                var ran = sandbox.run(argument);
                assertThat(ran.trailer().end()).as(ran.err()).isEqualTo(new End.Exited(0));
                var seen = byKey(ran.out().lines().toList());
                var keys = new TreeSet<>(expected.keySet());
                keys.addAll(seen.keySet());
                for (var key : keys) {
                    var there = expected.getOrDefault(key, ABSENT);
                    var here = seen.getOrDefault(key, ABSENT);
                    if (!here.equals(there) && DIFFERENCES.stream().noneMatch(each -> each.allows(key, here, mode))) {
                        found.add("%s: %s: %s, but by docker run: %s".formatted(mode, key, here, there));
                    }
                }
            }
        }
        return found;
    }

    private static final Pattern VERDICT = Pattern.compile("(.*): (DONE|refused .*|killed .*)");
    private static final Pattern SEEN = Pattern.compile("((?:mount|node) \\S+) (.*)");

    private static Map<String, String> byKey(List<String> lines) {
        var all = new LinkedHashMap<String, String>();
        for (var line : lines) {
            var match = Stream.of(VERDICT, SEEN)
                    .map(form -> form.matcher(line))
                    .filter(form -> form.matches())
                    .findFirst();
            all.put(
                    match.map(form -> form.group(1)).orElse(line),
                    match.map(form -> form.group(2)).orElse("present"));
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "REUSED, 0",
        "REUSED, 1234",
        "NESTED, 0",
        "NESTED, 1234",
        "NESTED_READ_ONLY, 0",
        "NESTED_READ_ONLY, 1234"
    })
    void givenTracesOfEachKind_whenTheNextRunLooks_thenThereAreNone(Mode mode, String user) throws Exception {
        var seen = new ArrayList<String>();
        var sandbox = mode.boot(user);
        try {
            for (var kind : kinds()) {
                assertThat(sandbox.runReusing("find " + kind).out()).as(kind).isEmpty();
            }
            for (var kind : kinds()) {
                sandbox.run(InitSandbox.frame(
                        "leave " + kind, true, Duration.ofSeconds(20), Duration.ofSeconds(2), Map.of()));
                if (isOfferedAgain(sandbox)) {
                    sandbox.runReusing("find " + kind).out().lines().forEach(line -> seen.add(kind + ": " + line));
                } else {
                    assertThat(mode.nests() && !END_OF_THE_CONTAINER.contains(kind))
                            .as(kind)
                            .isFalse();
                    sandbox.close();
                    sandbox = mode.boot(user);
                }
            }
        } finally {
            sandbox.close();
        }
        assertThat(seen).isEmpty();
    }

    private static boolean isOfferedAgain(InitSandbox sandbox) throws Exception {
        try {
            sandbox.awaitReady();
            return true;
        } catch (AssertionError ended) {
            return false;
        }
    }

    /** Else the test above proves nothing. */
    @Test
    void givenATraceOfEachKind_whenTheSameRunLooks_thenItIsSeen() throws Exception {
        var unseen = new ArrayList<String>();
        try (var sandbox = Mode.NESTED.boot("0")) {
            for (var kind : kinds()) {
                var both = "both " + kind;
                var seen = ONLY_BY_PRIVILEGED.contains(kind)
                        ? DockerCli.output("run", "--rm", "--privileged", "--network=none", image, both)
                        : NOT_BY_NESTED.contains(kind)
                                ? String.join("\n", byDocker(both))
                                : sandbox.runReusing(both).out();
                if (seen.isEmpty()) {
                    unseen.add(kind);
                }
            }
        }
        assertThat(unseen).isEmpty();
    }

    private static List<String> kinds() throws Exception {
        var kinds = byDocker("kinds");
        assertThat(kinds).hasSizeGreaterThan(40);
        return kinds;
    }
}
