package dev.faas.registry.function;

import dev.faas.seal.SealingKey;
import dev.faas.wire.FunctionRevision;
import dev.faas.wire.Problem;
import dev.faas.wire.SecretRef;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for the secrets that a function names. In the transaction of its write, none of them can be deleted meanwhile. */
final class NamedSecretStore {
    private NamedSecretStore() {}

    /** Fails with 400 {@code invalid_request} when one is not stored, or they are too large together. */
    static Future<Void> require(SqlClient client, FunctionRevision function) {
        var secrets = function.spec().secrets().stream()
                .map(text -> SecretRef.parse(text).orElseThrow())
                .toList();
        if (secrets.isEmpty()) {
            return Future.succeededFuture();
        }
        return client.preparedQuery("""
                        select (
                            select octet_length(s.sealed) from secret s
                            where s.owner = $1 and s.name = n.name and n.version in (0, s.version)
                            order by s.version desc limit 1) as bytes
                        from unnest($2::text[], $3::int[]) with ordinality as n (name, version, place)
                        order by n.place""")
                .execute(Tuple.of(
                        function.owner(),
                        secrets.stream().map(SecretRef::name).toArray(String[]::new),
                        secrets.stream()
                                .map(secret -> secret.version().orElse(0))
                                .toArray(Integer[]::new)))
                .map(rows -> {
                    var sealedBytes = new ArrayList<@Nullable Integer>();
                    rows.forEach(row -> sealedBytes.add(row.getInteger("bytes")));
                    requireAll(secrets, sealedBytes);
                    return null;
                });
    }

    private static void requireAll(List<SecretRef> secrets, List<@Nullable Integer> sealedBytes) {
        var errors = new ArrayList<Problem.FieldError>();
        int total = 0;
        for (int i = 0; i < secrets.size(); i++) {
            var bytes = sealedBytes.get(i);
            if (bytes == null) {
                errors.add(new Problem.FieldError("secrets[" + i + "]", missing(secrets.get(i))));
            } else {
                total += bytes - SealingKey.OVERHEAD_BYTES;
            }
        }
        if (total > SecretRef.MAX_TOTAL_BYTES) {
            errors.add(new Problem.FieldError(
                    "secrets",
                    "must have at most " + SecretRef.MAX_TOTAL_BYTES + " bytes together; these have " + total));
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).asException();
        }
    }

    private static String missing(SecretRef secret) {
        return secret.version().isEmpty()
                ? "you have no secret '" + secret.name() + "'. Store it first: PUT /v1/secrets/" + secret.name()
                : "you have no version " + secret.version().getAsInt() + " of a secret '" + secret.name() + "'";
    }
}
