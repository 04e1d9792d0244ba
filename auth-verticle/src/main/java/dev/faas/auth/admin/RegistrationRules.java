package dev.faas.auth.admin;

import java.time.Duration;

/**
 * Holds what the environment says about registration.
 *
 * @param registration until an admin sets another one
 * @param firstIsAdmin whether the platform's first account is an admin, if it registers within the window after the first start
 */
public record RegistrationRules(Registration registration, boolean firstIsAdmin, Duration window) {}
