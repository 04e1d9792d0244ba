package dev.faas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code target/faas}, the script with the jar behind it. Where the script itself is tested, a {@code java} of a few lines
 * of shell stands for the JVM and prints what it was given.
 */
@Timeout(120)
class ProgramFileIT {
    private static final Path PROGRAM = Path.of("target/faas").toAbsolutePath();
    private static final long LIMIT_SECONDS = 60;
    private static final byte[] NOTHING = {};
    private static final Duration CACHE_LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectory(directory.resolve("home"));
    }

    // --- Java

    @Test
    void withoutJavaItSaysHowToGetIt() throws Exception {
        // A root without /usr/lib/jvm would need root; the tools that the script needs come without the java beside
        // them.
        var end = run(Map.of("PATH", tools()), "sh", script(directory.resolve("none")), "version");

        assertThat(end.code()).isEqualTo(2);
        assertThat(end.out()).isEmpty();
        assertThat(end.err())
                .contains("Java 21 or later is missing")
                .contains("apt-get install openjdk-21-jre-headless");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"1.8.0_402, false", "17.0.21, false", "21.0.13.1, true", "21, true", "25.0.3, true", "110.1, true"})
    void takesJava21OrLater(String version, boolean taken) throws Exception {
        var java = javaHome("jdk", version, "echo taken");

        var end = run(with(fake(java), "PATH", tools()), "sh", script(directory.resolve("none")));

        assertThat(end.out()).isEqualTo(taken ? "taken\n" : "");
        assertThat(end.code()).isEqualTo(taken ? 0 : 2);
    }

    /** As on a machine whose default is older: the one in /usr/lib/jvm is found. */
    @Test
    void passesAnOldJavaHomeAndAnOldPath() throws Exception {
        var old = javaHome("old", "17.0.21", "echo old");
        var found = javaHome("jvms/new", "21.0.1", "echo new");
        var path = old.resolve("bin") + ":" + tools();

        var end = run(with(fake(old), "PATH", path), "sh", script(found.getParent()));

        assertThat(end.out()).isEqualTo("new\n");
    }

    @Test
    void asksTheJvmWhereNoFileNamesItsVersion() throws Exception {
        var java = javaHome(
                "jdk",
                "ignored",
                "case $1 in -version) echo 'openjdk version \"21.0.2\" 2024' >&2 ;; *) echo ran ;; esac");
        Files.delete(java.resolve("release"));

        var end = faas(fake(java));

        assertThat(end.out()).isEqualTo("ran\n");
    }

    // --- what is passed on

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox sh", "bash --posix", "bash"})
    void eachShellPassesArgumentsStdinAndExitCode(String shell) throws Exception {
        var java = javaHome("jdk", "21.0.1", "for word; do printf '<%s>' \"$word\"; done; cat; exit 37");
        var command = new ArrayList<>(List.of(shell.split(" ")));
        command.addAll(List.of(PROGRAM.toString(), "run", "a b", "", "*", "é", "-x"));
        var binary = new byte[70_000];
        new Random(7).nextBytes(binary);

        var end = run(fake(java), binary, command);

        assertThat(end.code()).isEqualTo(37);
        var text = end.out();
        var arguments = "<-jar><" + PROGRAM + "><run><a b><><*><é><-x>";
        assertThat(text).contains(arguments).contains("<-Dfaas.program=" + PROGRAM + ">");
        assertThat(text)
                .contains("<-Dfaas.stdin=pipe><-Dfaas.stdout=pipe><-Dfaas.stderr=pipe>")
                .doesNotContain("columns");
        var before =
                text.substring(0, text.indexOf(arguments) + arguments.length()).getBytes(StandardCharsets.UTF_8).length;
        assertThat(Arrays.copyOfRange(end.bytes(), before, end.bytes().length)).isEqualTo(binary);
        assertThat(end.err()).isEmpty();
    }

    @ParameterizedTest(name = "LC_ALL={0} LC_CTYPE={1} LANG={2}")
    @CsvSource(
            nullValues = "-",
            value = {
                "-, -, en_GB.UTF-8, true",
                "-, -, de_DE.utf8, true",
                "C, -, en_GB.UTF-8, false",
                "-, POSIX, en_GB.UTF-8, false",
                "-, C.UTF-8, C, true",
                "-, -, -, false",
                "-, -, de_DE.ISO-8859-1, false"
            })
    void saysWhetherTheLocaleHasUtf8(@Nullable String all, @Nullable String ctype, @Nullable String lang, boolean utf8)
            throws Exception {
        var java = javaHome("jdk", "21.0.1", "echo \"$@ LC_ALL=${LC_ALL:-}.\"");
        var line = Stream.of(assignment("LC_ALL", all), assignment("LC_CTYPE", ctype), assignment("LANG", lang))
                .flatMap(List::stream)
                .toList();
        var command = new ArrayList<>(List.of("env", "-u", "LC_ALL", "-u", "LC_CTYPE", "-u", "LANG"));
        command.addAll(line);
        command.add(PROGRAM.toString());

        var end = run(fake(java), NOTHING, command);

        assertThat(end.out()).contains("-Dfaas.utf8=" + utf8 + " ").endsWith("LC_ALL=C.UTF-8.\n");
    }

    @Test
    void tellsTerminalsFromPipesAndTheirWidth() throws Exception {
        var java = javaHome("jdk", "21.0.1", "echo \"$@\" >" + directory + "/given");

        run(fake(java), "script", "-qec", "stty cols 97; " + PROGRAM + " x </dev/null", "/dev/null");

        assertThat(directory.resolve("given"))
                .content()
                .contains("-Dfaas.stdin=pipe -Dfaas.stdout=tty -Dfaas.stderr=tty -Dfaas.columns=97 ");
    }

    @Test
    void oneProcessGetsTheSignal() throws Exception {
        var java = javaHome("jdk", "21.0.1", "trap 'echo stopped; exit 9' TERM; echo $$; while :; do sleep 0.05; done");
        var process = new ProcessBuilder(PROGRAM.toString());
        process.environment().putAll(fake(java));
        var running = process.start();
        try (var out = running.inputReader()) {
            // The script is replaced by the JVM.
            assertThat(out.readLine()).isEqualTo(Long.toString(running.pid()));
            running.toHandle().destroy(); // leaves the streams open
            assertThat(out.readLine()).isEqualTo("stopped");
            assertThat(running.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(running.exitValue()).isEqualTo(9);
        } finally {
            running.destroyForcibly();
        }
    }

    // --- the real JVM and its cache

    @Test
    void theFirstCommandMakesTheCacheAndALaterOneStartsFromIt() throws Exception {
        var first = faas(real(), "version");

        assertRuns(first);
        var cache = await().atMost(CACHE_LIMIT)
                .until(this::finishedCaches, found -> found.size() == 1)
                .getFirst();
        assertThat(Files.size(cache)).isGreaterThan(1_000_000);

        var log = directory.resolve("classes");
        var second = faas(with(real(), "FAAS_JAVA_OPTS", "-Xlog:class+load:file=" + log), "version");

        assertThat(second.out()).isEqualTo(first.out());
        // picocli's too: they have the version that a cache takes.
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains(" picocli.CommandLine source:"))
                .singleElement()
                .asString()
                .contains("shared objects file");
    }

    /** As after a crash of the machine: the time of the file is right, its bytes are not. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5_000, 1_000_000})
    void aDamagedCacheIsIgnored(int bytes) throws Exception {
        assertThat(faas(real(), "--create-cache").code()).isZero();
        var cache = finishedCaches().getFirst();
        try (var file = FileChannel.open(cache, StandardOpenOption.WRITE)) {
            file.truncate(bytes);
        }
        Files.setLastModifiedTime(cache, Files.getLastModifiedTime(PROGRAM));

        assertRuns(faas(real(), "version"));
    }

    @Test
    void manyFirstCommandsMakeOneCache() throws Exception {
        var java = javaHome(
                "jdk",
                "25.0.1",
                "case $* in *AOTCacheOutput*) echo >>" + directory + "/trained; sleep 1; "
                        + "for o; do case $o in -XX:AOTCacheOutput=*) echo made >\"${o#*=}\" ;; esac; done ;; *) echo ran ;; esac");
        var environment = Map.of("JAVA_HOME", java.toString());

        for (var i = 0; i < 5; i++) {
            assertThat(faas(environment).out()).isEqualTo("ran\n");
        }

        await().atMost(CACHE_LIMIT).until(() -> finishedCaches().size() == 1);
        assertThat(Files.readAllLines(directory.resolve("trained"))).hasSize(1);
    }

    @Test
    void aTryThatFailsIsNotRepeatedAtEachCommand() throws Exception {
        var java = javaHome(
                "jdk", "25.0.1", "case $* in *AOTCacheOutput*) echo >>" + directory + "/tried; exit 1 ;; esac");
        var environment = Map.of("JAVA_HOME", java.toString());
        faas(environment);
        await().atMost(CACHE_LIMIT).until(() -> Files.exists(directory.resolve("tried")));

        for (var i = 0; i < 3; i++) {
            // Waits for the try.
            assertThat(faas(environment, "--create-cache").code()).isEqualTo(1);
        }

        assertThat(Files.readAllLines(directory.resolve("tried"))).hasSize(1);
    }

    @Test
    void aHomeThatCannotBeWrittenChangesNothing() throws Exception {
        Files.writeString(home.resolve(".cache"), "a file where the directory would be");

        assertRuns(faas(real(), "version"));
    }

    @Test
    void withoutAHomeItRunsWithoutACache() throws Exception {
        assertRuns(run(with(real(), "HOME", ""), "env", "-u", "HOME", PROGRAM.toString(), "version"));
    }

    /** Root may write everywhere, so the disk is mounted read-only; then it is small and full. */
    @Tag("root")
    @ParameterizedTest
    @ValueSource(strings = {"ro,size=1m", "size=1m"})
    void aReadOnlyOrFullDiskChangesNothing(String options) throws Exception {
        assertThat(run(Map.of(), "mount", "-t", "tmpfs", "-o", options, "faas-test", home.toString())
                        .code())
                .isZero();
        try {
            assertRuns(faas(real(), "version"));
            assertThat(faas(real(), "--create-cache").code()).isEqualTo(1);
            assertThat(finishedCaches()).isEmpty();
        } finally {
            run(Map.of(), "umount", "-l", home.toString());
        }
    }

    /** The JVM alone would read the bytes of the last argument as ASCII. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8", "fr_FR.UTF-8", "en_US.ISO-8859-1"})
    void argumentsKeepTheirBytesInEachLocale(String locale) throws Exception {
        var end = faas(with(with(real(), "LC_ALL", locale), "FAAS_NO_CACHE", "1"), "größe✓");

        assertThat(end.code()).isEqualTo(2);
        assertThat(end.err()).contains("größe✓");
    }

    @Test
    void aClosedInputIsEmpty() throws Exception {
        var login = PROGRAM + " login --token-stdin http://127.0.0.1:1 <&-";

        var end = run(with(real(), "FAAS_NO_CACHE", "1"), "sh", "-c", login);

        assertThat(end.code()).isEqualTo(2);
        assertThat(end.err()).contains("no token");
    }

    // --- tools

    /** @param latin1 stdout, each byte a character */
    private record End(int code, String latin1, String err) {
        byte[] bytes() {
            return latin1.getBytes(StandardCharsets.ISO_8859_1);
        }

        String out() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertRuns(End end) {
        assertThat(end.code()).isZero();
        assertThat(end.out()).startsWith("faas ");
        assertThat(end.err()).isEmpty();
    }

    private End faas(Map<String, String> environment, String... args) throws Exception {
        var command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(List.of(args));
        return run(environment, NOTHING, command);
    }

    private End run(Map<String, String> environment, String... command) throws Exception {
        return run(environment, NOTHING, List.of(command));
    }

    private End run(Map<String, String> environment, byte[] stdin, List<String> command) throws Exception {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var in = Files.write(directory.resolve("in"), stdin);
        var builder = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(Redirect.to(out.toFile()))
                .redirectError(Redirect.to(err.toFile()));
        builder.environment().keySet().removeIf(name -> name.matches("XDG_.*|FAAS_.*|JAVA_HOME"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        var process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " did not end in time: " + Files.readString(err));
        }
        return new End(process.exitValue(), Files.readString(out, StandardCharsets.ISO_8859_1), Files.readString(err));
    }

    private static Map<String, String> real() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"));
    }

    /** A Java of this test, and no cache. */
    private static Map<String, String> fake(Path java) {
        return Map.of("JAVA_HOME", java.toString(), "FAAS_NO_CACHE", "1");
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        var all = new HashMap<>(environment);
        all.put(name, value);
        return all;
    }

    private List<Path> finishedCaches() throws IOException {
        var caches = home.resolve(".cache/faas");
        if (!Files.isDirectory(caches)) {
            return List.of();
        }
        try (var files = Files.list(caches)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** The script alone, which needs no jar behind it, with another place for /usr/lib/jvm. */
    private String script(Path jvms) throws IOException {
        var text = Files.readString(Path.of("src/main/sh/header")).replace("/usr/lib/jvm/*", jvms + "/*");
        return Files.writeString(directory.resolve("faas"), text).toString();
    }

    /** A directory with links to what the script calls, for a PATH without java. */
    private String tools() throws IOException {
        var tools = directory.resolve("tools");
        if (!Files.exists(tools)) {
            Files.createDirectory(tools);
            for (var name : List.of("sh", "cat", "readlink", "sed", "stty")) {
                Files.createSymbolicLink(
                        tools.resolve(name), Path.of("/usr/bin", name).toRealPath());
            }
        }
        return tools.toString();
    }

    private Path javaHome(String name, String version, String script) throws IOException {
        var java = Files.createDirectories(directory.resolve(name));
        Files.writeString(java.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        var program = Files.writeString(
                Files.createDirectory(java.resolve("bin")).resolve("java"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return java;
    }

    private static List<String> assignment(String name, @Nullable String value) {
        return value == null ? List.of() : List.of(name + "=" + value);
    }
}
