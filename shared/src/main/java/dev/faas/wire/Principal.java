package dev.faas.wire;

import java.util.Set;

/** Identifies the sender of a request, by a verified access token. {@code sid} is the login (the refresh-token family). */
public record Principal(String userId, String username, String sid, Set<String> roles) {
    public Principal {
        roles = Set.copyOf(roles);
    }
}
