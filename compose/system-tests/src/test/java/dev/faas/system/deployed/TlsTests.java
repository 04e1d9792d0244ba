package dev.faas.system.deployed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** TLS inside the platform, turned on and off again by the commands of docs/security.md. */
abstract class TlsTests {
    private static final Map<String, String> WITH_TLS =
            Map.of("COMPOSE_FILE", "docker-compose.yml:docker-compose.override.yml:docker-compose.tls.yml");
    private static final String PSQL =
            "docker compose exec -T postgres psql -tA -c 'SELECT bool_and(ssl) FROM pg_stat_ssl"
                    + " JOIN pg_stat_activity USING (pid) WHERE client_addr IS NOT NULL' ";

    @Test
    void withTheOverlayPlainConnectionsAreRefusedAndWithoutItAllIsAsBefore(Nodes nodes) throws Exception {
        var tls = nodes.on(1).with(WITH_TLS);
        tls.line(Nodes.LONG, "docker compose up -d --wait");

        var before = RollingLoad.of(nodes, 1, "story").flawless("compose, TLS inside");

        assertThat(say(nodes, "nats", 4222, "CONNECT {}\\r\\nPING\\r\\n"))
                .contains("\"tls_required\":true")
                .doesNotContain("PONG");
        assertThat(tls.line(Nodes.SHORT, PSQL + "-U faas"))
                .as("all connections")
                .isEqualTo("t");
        assertThat(asAuth(tls, "sslmode=verify-full sslrootcert=/run/secrets/tls-ca.pem"))
                .isEqualTo("t");
        assertThat(asAuth(tls, "sslmode=disable")).contains("no pg_hba.conf entry", "no encryption");
        for (var service :
                Map.of("auth-service", 8080, "registry-service", 8081).entrySet()) {
            assertThat(say(nodes, service.getKey(), service.getValue(), "GET /healthz HTTP/1.0\\r\\n\\r\\n"))
                    .as(service.getKey())
                    .doesNotContain("HTTP/1.1 200");
            assertThat(handshake(nodes, service.getKey(), service.getValue(), ""))
                    .as("%s, without a client's certificate", service.getKey())
                    .contains("CN=" + service.getKey(), "certificate required")
                    .doesNotContain("HTTP/1.1 200");
        }
        assertThat(handshake(nodes, "postgres", 5432, "-starttls postgres")).contains("CN=postgres", "TLSv1.3");

        var plain = nodes.on(1);
        plain.line(Nodes.LONG, "docker compose up -d --wait");
        assertThat(RollingLoad.again(nodes, 1, before)
                        .flawless("compose, TLS inside off again")
                        .number("accepted"))
                .isEqualTo(2);
        assertThat(say(nodes, "nats", 4222, "PING\\r\\n")).doesNotContain("tls_required");
        plain.line(Nodes.LONG, "docker compose down -v");
    }

    /** What comes back from a service's port, for a text in plain. */
    private static String say(Nodes nodes, String service, int port, String text) throws Exception {
        return from(
                nodes,
                service,
                port,
                "exec 3<>/dev/tcp/$address/$port; printf '" + text + "' >&3; timeout 5 cat <&3 | tr -d '\\0'");
    }

    private static String handshake(Nodes nodes, String service, int port, String options) throws Exception {
        return from(
                nodes,
                service,
                port,
                "{ printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n'; sleep 2; } | timeout 10 openssl s_client -nameopt RFC2253 -connect $address:$port "
                        + options);
    }

    /** Runs a line in the network of the node, with an address that is published nowhere. */
    private static String from(Nodes nodes, String service, int port, String line) throws Exception {
        var address = nodes.on(1)
                .line(
                        Nodes.SHORT,
                        "docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' faas-"
                                + service + "-1 | cut -d ' ' -f 1");
        return nodes.nodes(
                "in", "1", "bash", "-c", "address=" + address + " port=" + port + "; { " + line + "; } 2>&1 || :");
    }

    /** What Postgres answers to the role of auth-service, by the network. */
    private static String asAuth(Shell shell, String options) throws Exception {
        return shell.line(
                Nodes.SHORT,
                "docker compose exec -T postgres bash -c \"PGPASSWORD=\\$(cat /run/secrets/pg-auth) psql -tA"
                        + " 'host=postgres dbname=faas user=faas_auth " + options
                        + "' -c 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()' 2>&1 || :\"");
    }
}
