package dev.faas.cli.source;

import dev.faas.cli.Doc;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.NamedResources;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import java.util.function.Supplier;

/** The caller's sources on the platform. */
public final class Sources extends NamedResources {
    public static final Fields FIELDS = SourceFields.TABLE;

    static final String ALL = "/v1/sources";

    public Sources(Api api) {
        super(api, FIELDS, ALL);
    }

    @Override
    protected <T> T explaining(Doc body, Supplier<T> call) {
        return new Functions(api()).naming(body.text(SourceFields.FUNCTION), call);
    }
}
