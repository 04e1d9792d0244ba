package dev.faas.wire;

import java.util.Set;

/** Identifies the sender of a request, by a verified access token. {@code sid} is the login (the refresh-token family). */
public record Principal(String userId, String username, String sid, Set<String> roles) {
    /** The role of those who run the platform. */
    public static final String ADMIN = "admin";

    public Principal {
        roles = Set.copyOf(roles);
    }
}
