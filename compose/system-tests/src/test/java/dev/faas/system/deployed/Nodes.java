package dev.faas.system.deployed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs separate Docker hosts (compose/nodes), with stand-ins for the official images, and our images built by the documented
 * commands. Each command runs in {@code compose/}, as an operator would type it.
 */
final class Nodes implements AutoCloseable {
    /** v0.1.0. */
    private static final String PREVIOUS_COMMIT = "3a9a083c66af67c1f0a3f5f91c013d698a5567f4";

    static final Duration SHORT = Duration.ofMinutes(2);
    static final Duration LONG = Duration.ofMinutes(8);

    private static final Path COMPOSE = Path.of("..").toAbsolutePath().normalize();
    /** A function image that prints the factors of its argument. */
    static final String FUNCTION = "faas-try/factor:1";

    private final Map<String, String> images = new HashMap<>();
    private final Shell machine;
    private final int count;

    private Nodes(String name, int count) {
        this.count = count;
        this.machine = new Shell(
                COMPOSE,
                Map.of(
                        "FAAS_NODES",
                        name,
                        // A stack takes the first user only, and then invitations.
                        "FAAS_REGISTRATION",
                        "open",
                        "STAND_INS_CACHE",
                        COMPOSE.resolve("system-tests/target/stand-ins").toString()));
    }

    /** One node; builds all images on it. */
    static Nodes one(String name) throws IOException, InterruptedException {
        return up(name, 1, Nodes::provide);
    }

    /** Several nodes with the images of another one. */
    static Nodes like(Nodes other, String name, int count) throws IOException, InterruptedException {
        return up(name, count, nodes -> nodes.copy(other));
    }

    private static Nodes up(String name, int count, Filling images) throws IOException, InterruptedException {
        var nodes = new Nodes(name, count);
        nodes.machine.run(SHORT, "./nodes", "down");
        try {
            nodes.machine.run(SHORT, "./nodes", "up", Integer.toString(count));
            images.fill(nodes);
            return nodes;
        } catch (IOException | InterruptedException | RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Filling {
        void fill(Nodes nodes) throws IOException, InterruptedException;
    }

    private void provide() throws IOException, InterruptedException {
        for (var line : bare(1).run(LONG, "./stand-ins").lines().toList()) {
            var pair = line.substring("export ".length()).split("=", 2);
            images.put(pair[0], pair[1]);
        }
        // Under its official name, too, so that the documented commands work unchanged.
        on(1).line(SHORT, "docker tag $JRE_IMAGE eclipse-temurin:25-jre");
        on(1).line(LONG, "docker build -t auth-service:latest ./auth-service");
        on(1).line(LONG, "docker build -t registry-service:latest ./registry-service");
        on(1).line(LONG, "docker build -t spawner-service:latest ./spawner-service");
        on(1).line(LONG, "docker build -t api-gateway:latest ./api-gateway");
        on(1).line(LONG, "docker compose build");
        on(1).line(
                        SHORT,
                        "d=system-tests/target/factor; mkdir -p $d && cp \"$(command -v busybox)\" $d/busybox && tar -C $d -c busybox |"
                                + " docker import --change 'ENTRYPOINT [\"/busybox\",\"factor\"]'"
                                + " --change 'LABEL dev.faas.public=true' - " + FUNCTION);
    }

    /**
     * Builds the four images from the commit of the version before, under this tag. Aborts the test where the clone has no
     * history.
     */
    void buildPreviousVersion(String tag) throws IOException, InterruptedException {
        var known = machine.line(SHORT, "git cat-file -e " + PREVIOUS_COMMIT + "^{commit} && echo yes || echo no");
        assumeTrue(
                known.endsWith("yes"), "the commit of the version before is not in this clone: git fetch --unshallow");
        var folder = COMPOSE.resolve("system-tests/target/previous");
        machine.line(
                SHORT,
                "rm -rf " + folder + " && mkdir -p " + folder
                        + " && cd \"$(git rev-parse --show-toplevel)\" && git archive " + PREVIOUS_COMMIT
                        + " | tar -x -C " + folder);
        machine.line(
                LONG,
                "cd " + folder + " && mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true"
                        + " -pl auth-verticle,registry-verticle,spawner-verticle,gateway-verticle -am package 1>&2");
        for (var service : List.of("auth-service", "registry-service", "spawner-service", "api-gateway")) {
            on(1).line(
                            LONG,
                            "docker build --build-arg JRE_IMAGE=$JRE_IMAGE -t " + service + ":" + tag + " " + folder
                                    + "/compose/" + service);
        }
    }

    private void copy(Nodes other) throws IOException, InterruptedException {
        images.putAll(other.images);
        var all =
                other.on(1).lines(SHORT, "docker image ls --filter dangling=false --format '{{.Repository}}:{{.Tag}}'");
        var tar = "system-tests/target/images.tar";
        other.on(1).line(LONG, "docker save -o " + tar + " " + String.join(" ", all));
        var dockers = new ArrayList<String>();
        for (var i = 1; i <= count; i++) {
            dockers.add(docker(i));
        }
        machine.line(
                LONG,
                "printf '%s\\n' " + String.join(" ", dockers) + " | xargs -P 0 -I {} docker -H {} load -q -i " + tar
                        + "; rm " + tar);
    }

    private String docker(int node) throws IOException, InterruptedException {
        return machine.run(SHORT, "./nodes", "docker", Integer.toString(node));
    }

    private Shell bare(int node) throws IOException, InterruptedException {
        var environment = new HashMap<>(machine.environment());
        environment.put("DOCKER_HOST", docker(node));
        return new Shell(COMPOSE, environment);
    }

    /** The last warnings of each container, also of those that ended. */
    String warnings() throws IOException, InterruptedException {
        var all = new StringBuilder();
        for (int node = 1; node <= count; node++) {
            all.append(on(node).line(
                            SHORT,
                            "docker ps -a --format '{{.ID}} {{.Names}}' | while read -r id name; do"
                                    + " docker logs --tail 500 $id 2>&1 | grep -E ' (WARN|ERROR) ' | tail -n 20"
                                    + " | sed \"s/^/$name /\" || true; done"));
        }
        return all.toString();
    }

    /** Commands for the Docker of a node, with the stand-ins in the environment. */
    Shell on(int node) throws IOException, InterruptedException {
        var environment = new HashMap<>(bare(node).environment());
        environment.putAll(images);
        return new Shell(COMPOSE, environment);
    }

    int count() {
        return count;
    }

    /** Runs compose/nodes. */
    String nodes(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("./nodes"));
        command.addAll(List.of(arguments));
        return machine.run(SHORT, command.toArray(String[]::new));
    }

    /** Starts a {@link RemoteClient} in a node's network, with this test's class path. */
    Process startClient(int node, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("./nodes", "in", Integer.toString(node)));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                RemoteClient.class.getName()));
        command.addAll(List.of(arguments));
        return machine.builder(command.toArray(String[]::new))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Override
    public void close() throws IOException {
        try {
            machine.run(SHORT, "./nodes", "down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
