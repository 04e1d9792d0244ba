package dev.faas.auth;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Describes an account in the API. */
record AccountView(String userId, String username, List<String> roles, String createdAt) {
    private static final DateTimeFormatter RFC_3339_MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    AccountView {
        roles = List.copyOf(roles);
    }

    static AccountView of(Account account) {
        return new AccountView(account.userId(), account.username(), account.roles(), time(account.createdAt()));
    }

    static String time(Instant instant) {
        return RFC_3339_MILLIS.format(instant);
    }
}
