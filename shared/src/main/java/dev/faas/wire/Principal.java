package dev.faas.wire;

import java.util.Set;

/** Who a request comes from, as a verified access token says. {@code sid} is the login (the refresh-token family). */
public record Principal(String userId, String username, String sid, Set<String> roles) {
    public Principal {
        roles = Set.copyOf(roles);
    }
}
