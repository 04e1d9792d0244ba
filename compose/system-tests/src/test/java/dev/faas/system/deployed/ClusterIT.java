package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.wire.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests docker-stack.yml on three new nodes, from deployment to removal, in order; {@code compose/try-cluster} runs it. */
@Tag("cluster")
@ExtendWith(OneMachine.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final List<String> ROLLED = List.of(
            "nats-1", "nats-2", "nats-3", "auth-service", "registry-service", "execution-service", "api-gateway");

    private static final String DEPLOY = "docker stack deploy --detach=false -c docker-stack.yml faas";

    private Nodes nodes;

    @BeforeAll
    void threeNodes(Nodes machine) throws Exception {
        nodes = Nodes.like(machine, "fcl", 3);
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
        for (var i = 1; i <= 3; i++) {
            if (i > 1) {
                join(i);
            }
            label(i);
        }
        shell.line(Nodes.SHORT, "./secrets swarm");
        shell.line(Nodes.LONG, DEPLOY);

        for (var i = 1; i <= 3; i++) {
            RollingLoad.of(nodes, i, "story").flawless("cluster, from node " + i);
        }
        for (var i = 1; i <= 3; i++) {
            agree(i);
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

        var counts = RollingLoad.of(nodes, 1, "spread", "24").flawless("cluster, three of each");
        assertThat(counts.json().path("spawners").size()).isGreaterThan(1);
    }

    @Test
    @Order(3)
    void everyServiceRolledUnderLoadLosesNothing() throws Exception {
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            for (var service : ROLLED) {
                nodes.on(1).line(Nodes.LONG, "docker service update --force --detach=false faas_" + service);
            }

            traffic.end().lostNothing("cluster, every service rolled");
        }
    }

    @Test
    @Order(4)
    void aKilledNodeUnderLoadLosesNothing() throws Exception {
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            nodes.nodes("kill", "3");
            RollingLoad.of(nodes, 2, "story").lostNothing("cluster, after a node was killed");

            traffic.end().lostNothing("cluster, a node killed");
        } finally {
            nodes.nodes("start", "3");
        }
        // A swarm does not move running tasks back. A new spawner on that node removes the containers of the killed
        // one.
        nodes.on(1).line(Nodes.LONG, "docker service update --force --detach=false faas_execution-service");
        nodes.on(3).untilEmpty(Nodes.SHORT, "docker ps -aq --filter label=dev.faas.platform --filter status=exited");
    }

    /** The commands of docs/operations.md: a node is removed, and a new machine replaces it. */
    @Test
    @Order(5)
    void aNodeIsReplacedUnderLoadAndTheNewOneHoldsItsThirdOfTheStreams() throws Exception {
        var shell = nodes.on(1);
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            var old = id(3);
            shell.line(Nodes.SHORT, "docker node update --availability drain " + old);
            nodes.on(3).untilEmpty(Nodes.LONG, "docker ps --format '{{.Names}} {{.Status}}'");
            shell.line(Nodes.SHORT, "docker node demote " + old);
            nodes.on(3).line(Nodes.SHORT, "docker swarm leave");
            shell.line(Nodes.SHORT, "docker node rm --force " + old);
            nodes.on(3).untilEmpty(Nodes.SHORT, "docker ps -a --format '{{.Names}} {{.Status}}'");
            nodes.on(3).line(Nodes.SHORT, "docker volume rm $(docker volume ls -q)");

            join(3);
            label(3);
            shell.line(Nodes.LONG, "docker service update --force --detach=false faas_execution-service");

            agree(3);
            traffic.end().lostNothing("cluster, a node replaced");
        }
        RollingLoad.of(nodes, 3, "story").flawless("cluster, from the new node");
    }

    /** The commands of docs/operations.md. */
    @Test
    @Order(6)
    void secretsAreReplacedUnderLoad() throws Exception {
        var shell = nodes.on(1);
        var auth = "docker service update --detach=false --secret-rm faas-%1$s --secret-add"
                + " source=faas-%1$s-2,target=%1$s,uid=10002,mode=0400 faas_auth-service";
        try (var traffic = RollingLoad.traffic(nodes, 1)) {
            shell.line(Nodes.SHORT, "openssl rand -hex 20 | sed s/^/p/ | docker secret create faas-nats-auth-2 -");
            for (var i = 1; i <= 3; i++) {
                shell.line(
                        Nodes.LONG,
                        "docker service update --detach=false --secret-rm faas-nats-auth --secret-add"
                                + " source=faas-nats-auth-2,target=nats-auth faas_nats-" + i);
            }
            shell.line(Nodes.LONG, auth.formatted("nats-auth"));
            shell.line(
                    Nodes.SHORT,
                    "password=p$(openssl rand -hex 20); printf %s $password | docker secret create faas-pg-auth-2 -;"
                            + " docker exec -i $(docker ps -q --filter label=com.docker.swarm.service.name=faas_postgres)"
                            + " psql -U faas <<<\"ALTER ROLE faas_auth PASSWORD '$password'\"");
            shell.line(Nodes.LONG, auth.formatted("pg-auth"));
            RollingLoad.of(nodes, 2, "story").lostNothing("cluster, with new passwords");

            traffic.end().lostNothing("cluster, passwords renewed");
        }
    }

    @Test
    @Order(7)
    void removedNothingIsLeftButTheVolumesOfTheStateAndTheSecrets() throws Exception {
        var shell = nodes.on(1);
        shell.line(Nodes.SHORT, "docker stack rm faas");

        for (var i = 1; i <= 3; i++) {
            nodes.on(i).untilEmpty(Nodes.LONG, "docker ps -a --format '{{.Names}} {{.Status}}'");
            assertThat(nodes.on(i).lines(Nodes.SHORT, "docker volume ls -q"))
                    .isSubsetOf("faas_nats", "faas_postgres", "faas_tls")
                    .contains("faas_nats");
        }
        assertThat(shell.line(Nodes.SHORT, "docker service ls -q; docker config ls -q"))
                .isEmpty();
    }

    private String id(int node) throws Exception {
        return nodes.on(node).line(Nodes.SHORT, "docker info --format '{{.Swarm.NodeID}}'");
    }

    private void join(int node) throws Exception {
        var token = nodes.on(1).line(Nodes.SHORT, "docker swarm join-token -q manager");
        nodes.on(node)
                .line(
                        Nodes.SHORT,
                        "docker swarm join --token %s --advertise-addr %s %s:2377"
                                .formatted(token, nodes.nodes("ip", "" + node), nodes.nodes("ip", "1")));
    }

    /** A NATS server on each node, the database on the first, so that the third node can be lost. */
    private void label(int node) throws Exception {
        nodes.on(1)
                .line(
                        Nodes.SHORT,
                        "docker node update --label-add faas.nats=%d --label-add faas.postgres=%d %s"
                                .formatted(node, node == 1 ? 1 : 0, id(node)));
    }

    /** Waits until the node's NATS server has every stream up to date, and each stream has two more replicas. */
    private void agree(int node) throws Exception {
        var exec = "docker exec $(docker ps -q --filter label=com.docker.swarm.service.name=faas_nats-" + node + ") ";
        nodes.on(node)
                .line(
                        Nodes.SHORT,
                        "until " + exec
                                + "wget -q -O /dev/null http://127.0.0.1:8222/healthz 2>/dev/null; do sleep 0.2; done");
        var said = nodes.on(node).line(Nodes.SHORT, exec + "wget -q -O - 'http://127.0.0.1:8222/jsz?streams=1'");
        var streams = Codec.readTree(said.getBytes(StandardCharsets.UTF_8))
                .path("account_details")
                .path(0)
                .path("stream_detail");
        assertThat(streams)
                .as("streams at node " + node)
                .hasSizeGreaterThan(5)
                .allSatisfy(stream -> assertThat(stream.path("cluster").path("replicas"))
                        .as(stream.path("name").asText())
                        .hasSize(2));
    }
}
