package dev.faas.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** docker-stack.yml on three nodes, from nothing: {@code compose/try-cluster} runs it. One deployment's life, in order. */
@Tag("cluster")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final List<String> ROLLED = List.of(
            "nats-1", "nats-2", "nats-3", "auth-service", "registry-service", "execution-service", "api-gateway");

    private Nodes nodes;

    @BeforeAll
    void threeNodes() throws Exception {
        nodes = Nodes.start("fcl", 3);
    }

    @AfterAll
    void remove() throws IOException {
        if (nodes != null) {
            nodes.close();
        }
    }

    @Test
    @Order(1)
    void deployedAnActivationEndsWithItsResultFromEachNode() throws Exception {
        var shell = nodes.on(1);
        shell.line(Nodes.SHORT, "docker swarm init --advertise-addr " + nodes.nodes("ip", "1"));
        var join = shell.line(Nodes.SHORT, "docker swarm join-token -q manager");
        for (var i = 2; i <= 3; i++) {
            nodes.on(i)
                    .line(
                            Nodes.SHORT,
                            "docker swarm join --token %s --advertise-addr %s %s:2377"
                                    .formatted(join, nodes.nodes("ip", "" + i), nodes.nodes("ip", "1")));
        }
        for (var i = 1; i <= 3; i++) {
            var id = nodes.on(i).line(Nodes.SHORT, "docker info --format '{{.Swarm.NodeID}}'");
            // A third of the bus on each, the database on the first: the third node can be lost.
            shell.line(
                    Nodes.SHORT,
                    "docker node update --label-add faas.nats=%d --label-add faas.postgres=%d %s"
                            .formatted(i, i == 1 ? 1 : 0, id));
        }
        shell.line(Nodes.SHORT, "./secrets swarm");
        shell.line(Nodes.LONG, "docker stack deploy --detach=false -c docker-stack.yml faas");

        for (var i = 1; i <= 3; i++) {
            Visit.of(nodes, i, "story").flawless("cluster, from node " + i);
        }
    }

    @Test
    @Order(2)
    void scaledFromOneToThreeAllHaveTheirShare() throws Exception {
        var shell = nodes.on(1);
        for (var count : new int[] {1, 3}) {
            shell.line(
                    Nodes.LONG,
                    "docker service scale faas_auth-service=%1$d faas_registry-service=%1$d faas_execution-service=%1$d"
                            .formatted(count));
        }

        var counts = Visit.of(nodes, 1, "spread", "24").flawless("cluster, three of each");
        assertThat(counts.json().path("spawners").size()).isGreaterThan(1);
    }

    @Test
    @Order(3)
    void everyServiceRolledUnderLoadLosesNothing() throws Exception {
        try (var traffic = Visit.traffic(nodes, 1)) {
            for (var service : ROLLED) {
                nodes.on(1).line(Nodes.LONG, "docker service update --force --detach=false faas_" + service);
            }

            traffic.end().lostNothing("cluster, every service rolled");
        }
    }

    @Test
    @Order(4)
    void aKilledNodeUnderLoadLosesNothing() throws Exception {
        try (var traffic = Visit.traffic(nodes, 1)) {
            nodes.nodes("kill", "3");
            Visit.of(nodes, 2, "story").lostNothing("cluster, after a node was killed");

            traffic.end().lostNothing("cluster, a node killed");
        } finally {
            nodes.nodes("start", "3");
        }
        // A swarm does not spread what runs elsewhere already; a spawner there removes what its predecessor has left.
        nodes.on(1).line(Nodes.LONG, "docker service update --force --detach=false faas_execution-service");
        nodes.on(3)
                .line(
                        Nodes.SHORT,
                        "until [ -z \"$(docker ps -aq --filter label=dev.faas.platform --filter status=exited)\" ]; do"
                                + " sleep 0.2; done");
    }

    @Test
    @Order(5)
    void removedNoServiceIsLeft() throws Exception {
        nodes.on(1).line(Nodes.SHORT, "docker stack rm --detach=false faas");

        for (var i = 1; i <= 3; i++) {
            nodes.on(i).line(Nodes.SHORT, "until [ -z \"$(docker ps -aq)\" ]; do sleep 0.2; done");
        }
    }
}
