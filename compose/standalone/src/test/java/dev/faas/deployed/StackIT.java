package dev.faas.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The same file as a stack, by the manual's commands, on a swarm of one machine: one deployment's life, in order. */
@ExtendWith(OneMachine.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {
    private static final List<String> SERVICES =
            List.of("auth-service", "registry-service", "execution-service", "api-gateway");

    @Test
    @Order(1)
    void deployedARegisteredUsersActivationEndsWithItsResult(Nodes nodes) throws Exception {
        nodes.on(1).line(Nodes.SHORT, "docker swarm init --advertise-addr " + nodes.nodes("ip", "1"));
        nodes.on(1).line(Nodes.LONG, "docker stack deploy --detach=false -c docker-compose.yml faas");

        Visit.of(nodes, 1, "story").flawless("stack, one of each");
    }

    @Test
    @Order(2)
    void scaledToThreeEachReplicaHasItsShareAndAllTrustEachOther(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        shell.line(
                Nodes.LONG,
                "docker service scale faas_auth-service=3 faas_registry-service=3 faas_execution-service=3");

        Visit.of(nodes, 1, "spread", "12").flawless("stack, three of each");

        var auth = Replicas.stacked(shell, "auth-service").requests("/v1/auth/me");
        var registry = Replicas.stacked(shell, "registry-service").requests("/v1/functions/:ref");
        System.out.println("stack, three of each: auth " + auth + ", registry " + registry);
        assertThat(auth).hasSize(3).allMatch(count -> count > 0);
        assertThat(registry).hasSize(3).allMatch(count -> count > 0);
    }

    @Test
    @Order(3)
    void everyServiceRolledUnderLoadLosesNothing(Nodes nodes) throws Exception {
        try (var traffic = Visit.traffic(nodes, 1)) {
            for (var service : SERVICES) {
                nodes.on(1).line(Nodes.LONG, "docker service update --force --detach=false faas_" + service);
            }

            traffic.end().flawless("stack, every service rolled");
        }
    }

    @Test
    @Order(4)
    void removedItLeavesNothingButItsVolumes(Nodes nodes) throws Exception {
        var shell = nodes.on(1);
        shell.line(Nodes.LONG, "docker stack rm --detach=false faas");

        assertThat(shell.line(Nodes.SHORT, "docker service ls -q; docker config ls -q; docker secret ls -q"))
                .isEmpty();
        shell.line(
                Nodes.SHORT,
                "until [ -z \"$(docker ps -aq; docker network ls -q --filter name=faas_)\" ]; do sleep 0.2; done");
        // Not counted: the one that faas-init is kept in. Of spawners that stop at the same time none may be the last
        // one.
        assertThat(shell.lines(Nodes.SHORT, "docker volume ls -q | grep -v -- -init-"))
                .containsExactly("faas_nats", "faas_postgres", "faas_secrets");
        shell.line(Nodes.SHORT, "docker volume rm $(docker volume ls -q); docker swarm leave --force");
    }
}
