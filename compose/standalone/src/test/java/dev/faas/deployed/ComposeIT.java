package dev.faas.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The manual's commands of Docker Compose, word for word, on a machine that has nothing: one deployment's life, in order. */
@ExtendWith(OneMachine.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeIT {
    private static final int SPREAD = 12;

    @Test
    @Order(1)
    void upARegisteredUsersActivationEndsWithItsResult(Nodes nodes) throws Exception {
        nodes.on(1).line(Nodes.LONG, "docker compose up -d --wait");

        Visit.of(nodes, 1, "story").flawless("compose, one of each");
        assertThat(nodes.nodes("in", "1", "busybox", "wget", "-qO-", "http://127.0.0.1:8222/healthz"))
                .contains("ok");
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
    }

    @Test
    @Order(3)
    void scaledToThreeEachReplicaHasItsShareAndAllTrustEachOther(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        shell.line(
                Nodes.LONG,
                "docker compose up -d --wait --scale auth-service=3 --scale registry-service=3 --scale execution-service=3");

        var counts = Visit.of(nodes, 1, "spread", Integer.toString(SPREAD)).flawless("compose, three of each");

        var auth = Replicas.composed(shell, "auth-service").requests("/v1/auth/me");
        var registry = Replicas.composed(shell, "registry-service").requests("/v1/functions/:ref");
        System.out.println("compose, three of each: auth " + auth + ", registry " + registry);
        assertThat(auth).hasSize(3).allMatch(count -> count > 0);
        assertThat(registry).hasSize(3).allMatch(count -> count > 0);
        assertThat(counts.number("accepted")).isEqualTo(SPREAD);
        assertThat(counts.json().path("spawners").size()).isGreaterThan(1);
    }

    @Test
    @Order(4)
    void aKilledReplicaOfEachCostsNoClientMoreThanAnotherConnection(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        try (var traffic = Visit.traffic(nodes, 1)) {
            for (var service : new String[] {"auth-service", "registry-service", "execution-service"}) {
                Replicas.composed(shell, service).killOne();
                Visit.of(nodes, 1, "story").flawless("compose, without one " + service);
            }

            traffic.end().flawless("compose, one of each killed");
        }
        // What the killed spawner had booted ends with it; the others remove it once they know it dead.
        shell.line(
                Nodes.SHORT,
                "until [ -z \"$(docker ps -aq --filter label=dev.faas.platform --filter status=exited)\" ]; do sleep 0.5; done");
    }

    @Test
    @Order(5)
    void whatWasSavedIsThereAgainInAnEmptyPlatform(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        var before = Visit.of(nodes, 1, "story")
                .flawless("compose, before the backup")
                .json();
        shell.line(Nodes.SHORT, "rm -rf standalone/target/backup");
        shell.line(Nodes.LONG, "./backup save standalone/target/backup");
        shell.line(Nodes.LONG, "docker compose down -v");

        shell.line(Nodes.LONG, "./backup restore standalone/target/backup");

        var user = before.path("user").asText();
        var after = Visit.of(nodes, 1, "again", user, before.path("first").asText());
        assertThat(after.flawless("compose, restored").number("accepted")).isEqualTo(2);
    }

    @Test
    @Order(6)
    void downWithItsVolumesLeavesNothing(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        shell.line(Nodes.LONG, "docker compose down -v");

        assertThat(shell.line(Nodes.SHORT, "docker ps -aq")).isEmpty();
        assertThat(shell.line(Nodes.SHORT, "docker network ls --format '{{.Name}}'"))
                .doesNotContain("faas_");
        assertThat(shell.line(Nodes.SHORT, "docker volume ls -q")).isEmpty();
    }
}
