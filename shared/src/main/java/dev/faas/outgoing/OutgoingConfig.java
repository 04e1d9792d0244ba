package dev.faas.outgoing;

import dev.faas.config.Env;
import java.util.Optional;

public record OutgoingConfig(OutgoingRules rules, Optional<OutgoingProxy> proxy) {
    public static OutgoingConfig from(Env env) {
        return new OutgoingConfig(OutgoingRules.from(env), OutgoingProxy.from(env));
    }
}
