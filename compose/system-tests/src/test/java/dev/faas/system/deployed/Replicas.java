package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Lists the containers of a service on one node, and reads their metrics. */
record Replicas(Shell shell, String filter) {
    /** A measure of work: the lines of a metric that contain a text. */
    record Work(String metric, String having) {
        static Work requests(String route) {
            return new Work("http_server_requests_seconds_count", "route=\"" + route + "\"");
        }

        /** Runs of a spawner. */
        static Work runs() {
            return new Work("faas_runs_total", "outcome=");
        }
    }

    /** Containers of Docker Compose. */
    static Replicas composed(Shell shell, String service) {
        return new Replicas(shell, "label=com.docker.compose.service=" + service);
    }

    /** Containers of a swarm. */
    static Replicas stacked(Shell shell, String service) {
        return new Replicas(shell, "label=com.docker.swarm.service.name=faas_" + service);
    }

    List<String> ids() throws IOException, InterruptedException {
        return shell.lines(Nodes.SHORT, "docker ps -q --filter " + filter + " --filter health=healthy");
    }

    void killOne() throws IOException, InterruptedException {
        shell.line(Nodes.SHORT, "docker kill " + ids().getFirst());
    }

    /** The work of each replica. */
    private List<Integer> shares(Work work) throws IOException, InterruptedException {
        var shares = new ArrayList<Integer>();
        for (var id : ids()) {
            shares.add(done(id, work));
        }
        return shares;
    }

    /** Checks that three replicas of the two services have answered requests, and prints how many each. */
    static void checkShares(String where, Shell shell, BiFunction<Shell, String, Replicas> replicas)
            throws IOException, InterruptedException {
        var auth = replicas.apply(shell, "auth-service").shares(Work.requests("/v1/auth/me"));
        var registry = replicas.apply(shell, "registry-service").shares(Work.requests("/v1/functions/:ref"));
        System.out.println(where + ", three of each: auth " + auth + ", registry " + registry);
        assertThat(auth).hasSize(3).allMatch(count -> count > 0);
        assertThat(registry).hasSize(3).allMatch(count -> count > 0);
    }

    /** The work of one replica. */
    int done(String id, Work work) throws IOException, InterruptedException {
        var metrics = shell.run(
                Nodes.SHORT,
                "docker",
                "exec",
                id,
                "bash",
                "-c",
                "exec 3<>/dev/tcp/127.0.0.1/$FAAS_INTERNAL_PORT; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3");
        return (int) metrics.lines()
                .filter(line -> line.startsWith(work.metric()) && line.contains(work.having()))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
