package dev.faas.deployed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The containers of a service on one node. */
record Replicas(Shell shell, String filter) {
    /** As Docker Compose labels them. */
    static Replicas composed(Shell shell, String service) {
        return new Replicas(shell, "label=com.docker.compose.service=" + service);
    }

    /** As a swarm labels them. */
    static Replicas stacked(Shell shell, String service) {
        return new Replicas(shell, "label=com.docker.swarm.service.name=faas_" + service);
    }

    List<String> ids() throws IOException, InterruptedException {
        return shell.lines(Nodes.SHORT, "docker ps -q --filter " + filter + " --filter health=healthy");
    }

    void killOne() throws IOException, InterruptedException {
        shell.line(Nodes.SHORT, "docker kill " + ids().getFirst());
    }

    /** How many requests of a route each of them has answered. */
    List<Integer> requests(String route) throws IOException, InterruptedException {
        var counts = new ArrayList<Integer>();
        for (var id : ids()) {
            var metrics = shell.run(
                    Nodes.SHORT,
                    "docker",
                    "exec",
                    id,
                    "bash",
                    "-c",
                    "exec 3<>/dev/tcp/127.0.0.1/$FAAS_INTERNAL_PORT; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3");
            counts.add((int) metrics.lines()
                    .filter(line -> line.startsWith("http_server_requests_seconds_count")
                            && line.contains("route=\"" + route + "\""))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum());
        }
        return counts;
    }
}
