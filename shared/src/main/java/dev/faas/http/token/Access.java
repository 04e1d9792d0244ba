package dev.faas.http.token;

import dev.faas.wire.Principal;
import java.util.function.BooleanSupplier;

/**
 * Tells who sent a request, and whether a response that takes long may go on: no longer once the login has ended. An access token
 * may expire meanwhile.
 */
public record Access(Principal principal, BooleanSupplier mayContinue) {}
