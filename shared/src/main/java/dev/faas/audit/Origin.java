package dev.faas.audit;

import dev.faas.http.client.ClientAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says who asks for a change, and from where.
 *
 * @param actor a user's id, {@code anonymous}, {@code operator}, or {@code platform}: the service by itself
 * @param via the login's sid or the id of the API key; {@code none} or {@code terminal} without either
 * @param address null without a request
 * @param client what the client calls itself
 */
public record Origin(
        String actor,
        String via,
        @Nullable ClientAddress address,
        @Nullable String client,
        @Nullable String requestId) {
    private static final String OPERATOR = "operator";
    private static final String ANONYMOUS = "anonymous";
    private static final String NO_LOGIN = "none";

    /** A request without a login. */
    public static Origin anonymous(ClientAddress address, @Nullable String client, @Nullable String requestId) {
        return new Origin(ANONYMOUS, NO_LOGIN, address, client, requestId);
    }

    /** Someone with access to the machine, by the program {@code admin}. */
    public static Origin operator() {
        return new Origin(OPERATOR, "terminal", null, null, null);
    }

    /** The service by itself, such as when a function was idle for too long. */
    public static Origin platform() {
        return new Origin("platform", NO_LOGIN, null, null, null);
    }

    /** Several requests of one address. */
    static Origin counted(String actor, @Nullable ClientAddress address) {
        return new Origin(actor, NO_LOGIN, address, null, null);
    }

    public boolean isOperator() {
        return actor.equals(OPERATOR);
    }

    /** The same request, after it has turned out whose it is. */
    public Origin as(String userId, String sid) {
        return new Origin(userId, sid, address, client, requestId);
    }

    /** The address that a request came from; not of an operator. */
    public ClientAddress requestAddress() {
        return Objects.requireNonNull(address, "only a request has an address");
    }

    public @Nullable String addressText() {
        return address == null ? null : address.toString();
    }
}
