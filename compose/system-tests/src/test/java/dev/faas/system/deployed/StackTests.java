package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The same file as a stack, by the manual's commands, on a swarm of one machine: one deployment's life, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class StackTests {
    private static final List<String> SERVICES =
            List.of("auth-service", "registry-service", "execution-service", "api-gateway");

    @Test
    @Order(1)
    void deployedARegisteredUsersActivationEndsWithItsResult(Nodes nodes) throws Exception {
        nodes.on(1).line(Nodes.SHORT, "docker swarm init --advertise-addr " + nodes.nodes("ip", "1"));
        nodes.on(1).line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");

        RollingLoad.of(nodes, 1, "story").flawless("stack, one of each");
    }

    @Test
    @Order(2)
    void scaledToThreeUnderLoadEachReplicaHasItsShareAndAllTrustEachOther(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        var scale = "docker service scale %s faas_auth-service=3 faas_registry-service=3 faas_execution-service=3";
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            shell.line(Nodes.SHORT, scale.formatted("--detach"));
            ReplicaFirstWork.ofThree("stack", shell, Replicas::stacked);

            traffic.end().flawless("stack, scaled to three");
        }
        shell.line(Nodes.LONG, scale.formatted(""));

        RollingLoad.of(nodes, 1, "spread", "12").flawless("stack, three of each");

        Replicas.checkShares("stack", shell, Replicas::stacked);
    }

    @Test
    @Order(3)
    void allServicesRolledAtOnceUnderLoadLoseNothing(Nodes nodes) throws Exception {
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            nodes.on(1)
                    .line(
                            Nodes.LONG,
                            "printf '%s\\n' " + String.join(" ", SERVICES)
                                    + " | xargs -P 0 -I {} docker service update --force --detach=false faas_{}");

            traffic.end().flawless("stack, every service rolled");
        }
    }

    /** docs/operations.md, word for word. Old and new code run side by side; user, function and first work are of the old. */
    @Test
    @Order(4)
    void anUpgradeFromTheVersionBeforeUnderLoadLosesNothing(Nodes nodes) throws Exception {
        nodes.buildPreviousVersion("previous");
        // It reads no signing key that this version has made.
        nodes.on(1).line(Nodes.SHORT, "docker stack rm faas");
        leftOnlyVolumes(nodes.on(1));
        nodes.on(1).line(Nodes.SHORT, "docker volume rm $(docker volume ls -q)");
        nodes.on(1)
                .with(Map.of("FAAS_TAG", "previous"))
                .line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");
        var next = nodes.on(1).with(Map.of("FAAS_TAG", "next"));
        next.line(Nodes.LONG, "docker compose build");
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            next.line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");
            assertThat(imageOf(nodes, "auth-service")).startsWith("auth-service:next");

            traffic.end().flawless("stack, upgraded");
        }
    }

    @Test
    @Order(5)
    void anUpgradeThatDoesNotStartGoesBackAndNobodyNotices(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        for (var service : List.of("registry-service", "spawner-service", "api-gateway")) {
            shell.line(Nodes.SHORT, "docker tag %1$s:next %1$s:broken".formatted(service));
        }
        shell.line(
                Nodes.SHORT,
                "printf 'FROM auth-service:next\\nENTRYPOINT [\"false\"]\\n' | docker build -q -t auth-service:broken -");
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            shell.with(Map.of("FAAS_TAG", "broken"))
                    .line(Nodes.SHORT, "docker stack deploy --detach -c docker-compose.yml faas");
            shell.line(
                    Nodes.LONG,
                    "until [ \"$(docker service inspect --format '{{.UpdateStatus.State}}' faas_auth-service)\" ="
                            + " rollback_completed ]; do sleep 0.2; done");
            assertThat(imageOf(nodes, "auth-service")).startsWith("auth-service:next");
            shell.with(Map.of("FAAS_TAG", "next"))
                    .line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");

            traffic.end().flawless("stack, an upgrade gone back");
        }
    }

    /** The volumes of the stack are those of Docker Compose, whose platform a backup is made of. */
    @Test
    @Order(6)
    void removedItLeavesItsVolumesFromWhichComposeMakesTheBackupAndItComesBack(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        var before = RollingLoad.of(nodes, 1, "story").flawless("stack, before the backup");
        shell.line(Nodes.SHORT, "rm -rf system-tests/target/backup");
        shell.line(Nodes.SHORT, "docker stack rm faas");
        leftOnlyVolumes(shell);

        shell.line(Nodes.LONG, "docker compose up -d --wait");
        shell.line(Nodes.LONG, "./backup save system-tests/target/backup");
        shell.line(Nodes.LONG, "docker compose down");
        shell.line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");

        var after = RollingLoad.again(nodes, 1, before);
        assertThat(after.flawless("stack, after the backup").number("accepted")).isEqualTo(2);
    }

    private static void leftOnlyVolumes(Shell shell) throws Exception {
        assertThat(shell.line(Nodes.SHORT, "docker service ls -q; docker config ls -q; docker secret ls -q"))
                .isEmpty();
        // By itself: `docker stack rm --detach=false` was seen to wait for ever.
        shell.untilEmpty(
                Nodes.LONG, "docker ps -a --format '{{.Names}} {{.Status}}'; docker network ls -q --filter name=faas_");
        assertThat(shell.lines(Nodes.SHORT, "docker volume ls -q"))
                .containsExactly("faas_nats", "faas_postgres", "faas_secrets", "faas_tls");
    }

    private static String imageOf(Nodes nodes, String service) throws Exception {
        return nodes.on(1)
                .line(
                        Nodes.SHORT,
                        "docker service inspect --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' faas_" + service);
    }
}
