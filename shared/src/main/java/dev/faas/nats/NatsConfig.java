package dev.faas.nats;

import dev.faas.config.CaFile;
import dev.faas.config.Env;
import dev.faas.config.Secret;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Configures the connection to NATS.
 *
 * @param url one or more servers, separated by commas
 * @param user null without authentication
 * @param startTimeout how long a start waits for NATS and for the streams, which the registry creates
 * @param requestTimeout how long an answer may take; after that the outcome is unknown
 * @param ca of the servers' certificates; null: no TLS
 */
public record NatsConfig(
        String url,
        @Nullable String user,
        @Nullable Secret password,
        Duration startTimeout,
        Duration requestTimeout,
        @Nullable CaFile ca) {
    /** Without TLS. */
    public NatsConfig(
            String url,
            @Nullable String user,
            @Nullable Secret password,
            Duration startTimeout,
            Duration requestTimeout) {
        this(url, user, password, startTimeout, requestTimeout, null);
    }

    public static NatsConfig from(Env env) {
        return new NatsConfig(
                env.text("FAAS_NATS_URL", "nats://127.0.0.1:4222", "NATS servers, separated by commas"),
                env.optional("FAAS_NATS_USER", "user in NATS; without it there is no authentication")
                        .orElse(null),
                env.secret("FAAS_NATS_PASSWORD", "password in NATS").orElse(null),
                env.duration(
                        "FAAS_START_TIMEOUT", Duration.ofSeconds(10), "how long to wait for dependencies at start"),
                env.duration("FAAS_NATS_TIMEOUT", Duration.ofSeconds(2), "how long an answer of NATS may take"),
                CaFile.from(env, "FAAS_NATS_CA_FILE", "CA of NATS' certificate in PEM; default: no TLS")
                        .orElse(null));
    }

    /** For tests: without authentication, with short waits. */
    public static NatsConfig local(String url) {
        return new NatsConfig(url, null, null, Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /** Each service has its own prefix, so that its permissions do not cover replies of others. */
    String inboxPrefix() {
        return "_INBOX_" + Optional.ofNullable(user).orElse("any") + ".";
    }

    /** Without credentials, for messages. */
    String address() {
        return url.replaceAll("//[^@/]*@", "//");
    }
}
