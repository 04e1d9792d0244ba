package dev.faas.nats;

import dev.faas.config.Env;
import dev.faas.config.Secret;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a part reaches the bus.
 *
 * @param url one or more servers, separated by commas
 * @param user null without authentication
 * @param startTimeout how long a start waits for the bus and for the streams that the registry makes
 * @param requestTimeout how long an answer of the bus may take; after it the outcome is unknown
 */
public record NatsConfig(
        String url, @Nullable String user, @Nullable Secret password, Duration startTimeout, Duration requestTimeout) {

    public static NatsConfig from(Env env) {
        return new NatsConfig(
                env.text("FAAS_NATS_URL", "nats://127.0.0.1:4222", "NATS servers, separated by commas"),
                env.optional("FAAS_NATS_USER", "user at NATS; none: no authentication")
                        .orElse(null),
                env.secret("FAAS_NATS_PASSWORD", "password at NATS").orElse(null),
                env.duration("FAAS_START_TIMEOUT", Duration.ofSeconds(10), "how long a start waits for what it needs"),
                env.duration("FAAS_NATS_TIMEOUT", Duration.ofSeconds(2), "how long an answer of NATS may take"));
    }

    /** Without authentication and with short waits: what tests use. */
    public static NatsConfig local(String url) {
        return new NatsConfig(url, null, null, Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /** The prefix of reply subjects, so that one service's permissions do not cover another's replies. */
    String inboxPrefix() {
        return "_INBOX_" + Optional.ofNullable(user).orElse("any") + ".";
    }

    /** The servers without credentials, for messages. */
    String address() {
        return url.replaceAll("//[^@/]*@", "//");
    }
}
