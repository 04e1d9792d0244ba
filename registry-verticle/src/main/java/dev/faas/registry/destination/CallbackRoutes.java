package dev.faas.registry.destination;

import static dev.faas.http.token.Authenticated.userId;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.faas.audit.Origins;
import dev.faas.http.Bodies;
import dev.faas.http.JsonFields;
import dev.faas.http.content.JsonAnswer;
import dev.faas.http.token.Authenticated;
import dev.faas.http.token.TokenVerifier;
import dev.faas.outgoing.OutgoingRules;
import dev.faas.outgoing.OutgoingUrl;
import dev.faas.wire.Problem;
import dev.faas.wire.Scope;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the secret of callbacks, and tells the gateway where a callback goes. */
public final class CallbackRoutes {
    private static final int MAX_SMALL_BODY = 64 * 1024;
    private static final Pattern ANY = Pattern.compile("(?s).*+");

    private final DestinationStore destinations;
    private final CallbackSecretStore secrets;
    private final OutgoingRules rules;
    private final TokenVerifier verifier;
    private final Origins origins;

    public CallbackRoutes(
            DestinationStore destinations,
            CallbackSecretStore secrets,
            OutgoingRules rules,
            TokenVerifier verifier,
            Origins origins) {
        this.destinations = destinations;
        this.secrets = secrets;
        this.rules = rules;
        this.verifier = verifier;
        this.origins = origins;
    }

    public void add(Router on) {
        on.post("/v1/callback-secret")
                .handler(Authenticated.by(verifier, Scope.FUNCTIONS))
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::rotate);
        on.post("/v1/callbacks")
                .handler(Authenticated.by(verifier, Scope.INVOKE))
                .handler(Bodies.json(MAX_SMALL_BODY))
                .respond(this::resolve);
    }

    private Future<Buffer> rotate(RoutingContext ctx) {
        var fields = JsonFields.ofOptional(ctx);
        var overlap = Duration.ofHours(DestinationBody.overlapHours(fields));
        fields.requireValid();
        return secrets.rotate(userId(ctx), overlap, Instant.now(), origins.of(ctx))
                .map(secret ->
                        JsonAnswer.of(ctx, JsonNodeFactory.instance.objectNode().put("secret", secret.text())));
    }

    /** The id of its destination; null: it has a URL, for which there is a secret. */
    private Future<Buffer> resolve(RoutingContext ctx) {
        var fields = JsonFields.of(ctx);
        var url = fields.optionalText("url", ANY, "be a URL");
        var destination = fields.optionalText("destination", ANY, "be a destination");
        return (url.isPresent() ? requireAllowed(userId(ctx), url.get()) : findId(userId(ctx), destination.orElse("")))
                .map(id ->
                        JsonAnswer.of(ctx, JsonNodeFactory.instance.objectNode().put("destination", id)));
    }

    private Future<@Nullable String> findId(String owner, String ref) {
        return destinations
                .find(owner, ref)
                .map(found ->
                        found.orElseThrow(() -> Destinations.notFound(ref)).id());
    }

    private Future<@Nullable String> requireAllowed(String owner, String url) {
        if (!rules.mayAllow(OutgoingUrl.parse(url))) {
            throw DestinationBody.addressForbidden();
        }
        return secrets.exists(owner).map(exists -> {
            if (!exists) {
                throw Problem.of(
                                409,
                                "callback_secret_missing",
                                "Callback secret missing",
                                "Callbacks to a URL are signed, and you have no secret for that yet. Make one with POST"
                                        + " /v1/callback-secret, give it to the receiver, and submit again.")
                        .asException();
            }
            return null;
        });
    }
}
