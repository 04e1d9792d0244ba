package dev.faas.auth.admin;

import dev.faas.auth.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.client.ClientAddress;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Serves {@code /v1/auth/password/reset}: sets a new password with a code of an admin. */
public final class PasswordRoutes {
    private static final int MAX_BODY_BYTES = 16_384;
    private static final int MAX_CODE_LENGTH = 64;

    private final UserStore users;
    private final Origins origins;
    private final BiFunction<String, ClientAddress, Future<String>> hash;
    private final Function<UserStore.Cut, Future<Void>> announce;

    /**
     * @param hash of a password, as it is stored; the address waits for its turn
     * @param announce tells every verifier that earlier tokens of a user are void; never fails
     */
    public PasswordRoutes(
            UserStore users,
            Origins origins,
            BiFunction<String, ClientAddress, Future<String>> hash,
            Function<UserStore.Cut, Future<Void>> announce) {
        this.users = users;
        this.origins = origins;
        this.hash = hash;
        this.announce = announce;
    }

    /** @param rate limits the calls of one address */
    public void add(Router on, Handler<RoutingContext> rate) {
        on.post("/v1/auth/password/reset")
                .handler(rate)
                .handler(Bodies.json(MAX_BODY_BYTES))
                .respond(this::reset);
    }

    private Future<Void> reset(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var code = fields.text("code", 1, MAX_CODE_LENGTH);
        var password = NameRules.newPassword(fields, "newPassword");
        fields.requireValid();
        var origin = origins.anonymous(ctx);
        return users.checkCode(code) // a hash is dear
                .compose(known -> hash.apply(password, origin.requestAddress()))
                .compose(hashed -> users.resetPassword(code, hashed, origin))
                .compose(announce);
    }
}
