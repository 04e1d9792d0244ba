package dev.faas.auth.admin;

import dev.faas.config.Profile;
import java.time.Duration;

/**
 * Holds what the environment says about registration.
 *
 * @param registration until an admin sets another one
 * @param given whether it was set, and is no default
 * @param window after the platform's first start, in which the first account becomes an admin if {@link #firstIsAdmin}
 */
public record RegistrationRules(Registration registration, boolean given, Profile profile, Duration window) {
    boolean firstIsAdmin() {
        return registration == Registration.FIRST || profile == Profile.PRIVATE;
    }
}
