package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Codec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The manual's commands of Docker Compose, word for word, on a machine that has nothing: one deployment's life, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ComposeTests {
    private static final int SPREAD = 12;

    @Test
    @Order(1)
    void upARegisteredUsersActivationEndsWithItsResult(Nodes nodes) throws Exception {
        nodes.on(1).line(Nodes.LONG, "docker compose up -d --wait");

        RollingLoad.of(nodes, 1, "story").flawless("compose, one of each");
        // NATS's monitoring, which only its own container reaches.
        var monitoring = "docker compose exec -T nats wget -qO- http://%s:8222/healthz 2>/dev/null || echo none";
        assertThat(nodes.on(1).line(Nodes.SHORT, monitoring.formatted("127.0.0.1")))
                .contains("ok");
        assertThat(nodes.on(1).line(Nodes.SHORT, monitoring.formatted("nats"))).isEqualTo("none");
        assertThat(nodes.on(1).line(Nodes.SHORT, "docker ps --format '{{.Ports}}' | grep -c 0.0.0.0 || true"))
                .isEqualTo("0");
    }

    @Test
    @Order(2)
    void withApisixInFrontItAloneIsPublished(Nodes nodes) throws Exception {
        var merged = nodes.on(1)
                .line(
                        Nodes.SHORT,
                        "docker compose -f docker-compose.yml -f docker-compose.override.yml -f apisix/docker-compose.yml"
                                + " config --format json");
        var services = Codec.readTree(merged.getBytes(StandardCharsets.UTF_8)).path("services");

        assertThat(services.path("api-gateway").path("ports")).isEmpty();
        assertThat(services.path("apisix").path("ports"))
                .extracting(port -> port.path("published").asText())
                .containsExactlyInAnyOrder("8000", "4000", "5000");
    }

    @Test
    @Order(2)
    void noServiceButTheSpawnerIsRootAndNoneCanWriteToItsFileSystem(Nodes nodes) throws Exception {
        for (var service : new String[] {"api-gateway", "auth-service", "registry-service"}) {
            assertThat(nodes.on(1).line(Nodes.SHORT, "docker compose exec -T " + service + " id -u"))
                    .as(service)
                    .startsWith("1000");
        }
        for (var service :
                new String[] {"api-gateway", "auth-service", "registry-service", "execution-service", "nats"}) {
            assertThat(nodes.on(1)
                            .line(Nodes.SHORT, "docker compose exec -T " + service + " sh -c 'touch /x 2>&1 || :'"))
                    .as(service)
                    .contains("Read-only file system");
        }
        assertThat(nodes.on(1)
                        .line(
                                Nodes.SHORT,
                                "docker compose exec -T auth-service sh -c 'cat /run/secrets/nats-registry 2>&1 || :'"))
                .contains("Permission denied");
        // The network of the database is for those who have something there.
        assertThat(
                        nodes.on(1)
                                .line(
                                        Nodes.SHORT,
                                        "docker compose exec -T api-gateway bash -c 'exec 3<>/dev/tcp/postgres/5432' 2>&1 || :"))
                .contains("postgres");
        assertThat(nodes.on(1)
                        .lines(
                                Nodes.SHORT,
                                "docker inspect --format '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}'"
                                        + " $(docker compose ps -q)"))
                .hasSize(6)
                .allMatch(line -> line.matches("[1-9]\\d+ .*always"));
    }

    @Test
    @Order(3)
    void scaledToThreeUnderLoadEachReplicaHasItsShareAndAllTrustEachOther(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            shell.line(
                    Nodes.LONG,
                    "docker compose up -d --scale auth-service=3 --scale registry-service=3 --scale execution-service=3");
            ReplicaFirstWork.ofThree("compose", shell, Replicas::composed);

            traffic.end().flawless("compose, scaled to three");
        }
        var counts =
                RollingLoad.of(nodes, 1, "spread", Integer.toString(SPREAD)).flawless("compose, three of each");

        Replicas.checkShares("compose", shell, Replicas::composed);
        assertThat(counts.number("accepted")).isEqualTo(SPREAD);
        assertThat(counts.json().path("spawners").size()).isGreaterThan(1);
    }

    @Test
    @Order(4)
    void aKilledReplicaOfEachCostsNoClientMoreThanAnotherConnection(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            for (var service : new String[] {"auth-service", "registry-service", "execution-service"}) {
                Replicas.composed(shell, service).killOne();
                RollingLoad.of(nodes, 1, "story").flawless("compose, without one " + service);
            }

            traffic.end().flawless("compose, one of each killed");
        }
        // What the killed spawner had booted ends with it; the others remove it once they know it dead.
        shell.untilEmpty(Nodes.SHORT, "docker ps -aq --filter label=dev.faas.platform --filter status=exited");
    }

    /** docs/operations.md, word for word, but for the five minutes that a new key has to become known. */
    @Test
    @Order(5)
    void passwordsAreRenewedUnderLoad(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            shell.line(
                    Nodes.SHORT, "docker compose exec -T postgres bash /etc/faas/secrets renew /run/secrets nats-auth");
            shell.line(Nodes.SHORT, "docker compose restart nats auth-service");
            shell.line(
                    Nodes.SHORT, "docker compose exec -T postgres bash /etc/faas/secrets renew /run/secrets pg-auth");
            shell.line(
                    Nodes.SHORT,
                    "docker compose exec -T postgres bash -c \"psql -U faas -c \\\"ALTER ROLE faas_auth PASSWORD '\\$(cat /run/secrets/pg-auth)'\\\"\"");
            shell.line(Nodes.SHORT, "docker compose restart auth-service");
            shell.line(Nodes.LONG, "docker compose up -d --wait --no-recreate");
            RollingLoad.of(nodes, 1, "story").lostNothing("compose, with new passwords");

            traffic.end().lostNothing("compose, passwords renewed");
        }
    }

    @Test
    @Order(6)
    void aKeyThatIsReplacedSignsNoMoreAndItsTokensEnd(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        try (var visitor = RollingLoad.begun(nodes, 1, "token")) {
            assertThat(
                            shell.line(
                                    Nodes.SHORT,
                                    "docker compose exec -T auth-service java -cp service.jar dev.faas.auth.NewSigningKey PT0S"))
                    .contains(" signs from ");
            shell.line(
                    Nodes.SHORT,
                    "docker compose exec -T postgres psql -U faas -c \"DELETE FROM auth.signing_key WHERE signs_from <"
                            + " (SELECT max(signs_from) FROM auth.signing_key WHERE signs_from < now())\"");

            var after = visitor.end().json();
            System.out.println("compose, signing key replaced: " + after);
            assertThat(after.path("signedByAnother").asBoolean()).isTrue();
            assertThat(after.path("acceptedAgain").asBoolean()).isTrue();
        }
    }

    @Test
    @Order(7)
    void anUpgradeLosesNothingAndTheSpawnerNeedNotBeRootWhereTheSocketHasAGroup(Nodes nodes) throws Exception {
        var socket = nodes.nodes("docker", "1").substring("unix://".length());
        var group = nodes.on(1).line(Nodes.SHORT, "stat -c %g " + socket);
        var next = nodes.on(1).with(Map.of("FAAS_TAG", "next", "SPAWNER_USER", "10004:" + group));
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            next.line(Nodes.LONG, "docker compose build && docker compose up -d --wait");
            assertThat(next.line(Nodes.SHORT, "docker compose exec -T execution-service id"))
                    .startsWith("uid=10004 gid=" + group);
            RollingLoad.of(nodes, 1, "story").flawless("compose, the next version");

            traffic.end().lostNothing("compose, upgraded");
        }
    }

    @Test
    @Order(8)
    void whatIsInTheVolumesOutlivesDownAndThePartsMayComeInAnyOrder(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        var before = RollingLoad.of(nodes, 1, "story").flawless("compose, before down");
        shell.line(Nodes.LONG, "docker compose down");

        for (var part : List.of("execution-service", "api-gateway", "registry-service", "auth-service")) {
            shell.line(Nodes.SHORT, "docker compose up -d --no-deps " + part);
        }
        shell.line(Nodes.LONG, "docker compose up -d --wait");

        var after = RollingLoad.again(nodes, 1, before);
        assertThat(after.flawless("compose, up again").number("accepted")).isEqualTo(2);
    }

    @Test
    @Order(9)
    void whatWasSavedIsThereAgainInAnEmptyPlatform(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        var before = RollingLoad.of(nodes, 1, "story").flawless("compose, before the backup");
        shell.line(Nodes.SHORT, "rm -rf system-tests/target/backup");
        shell.line(Nodes.LONG, "./backup save system-tests/target/backup");
        shell.line(Nodes.LONG, "docker compose down -v");

        shell.line(Nodes.LONG, "./backup restore system-tests/target/backup");

        var after = RollingLoad.again(nodes, 1, before);
        assertThat(after.flawless("compose, restored").number("accepted")).isEqualTo(2);
    }

    @Test
    @Order(10)
    void downWithItsVolumesLeavesNothing(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        shell.line(Nodes.LONG, "docker compose down -v");

        assertThat(shell.line(Nodes.SHORT, "docker ps -aq")).isEmpty();
        assertThat(shell.line(Nodes.SHORT, "docker network ls --format '{{.Name}}'"))
                .doesNotContain("faas_");
        assertThat(shell.line(Nodes.SHORT, "docker volume ls -q")).isEmpty();
    }
}
