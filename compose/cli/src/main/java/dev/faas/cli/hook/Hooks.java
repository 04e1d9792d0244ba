package dev.faas.cli.hook;

import dev.faas.cli.Doc;
import dev.faas.cli.definition.Fields;
import dev.faas.cli.definition.NamedResources;
import dev.faas.cli.function.Functions;
import dev.faas.cli.http.Api;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The caller's hooks on the platform. */
public final class Hooks extends NamedResources {
    public static final Fields FIELDS = HookFields.TABLE;

    static final String ALL = "/v1/hooks";
    static final String URL = "url";

    /** What the server sets where a signature of this scheme does not. */
    private static final Map<String, String> HMAC =
            Map.of("algorithm", "sha256", "encoding", "hex", "prefix", "", "signed", "{body}");

    public Hooks(Api api) {
        super(api, FIELDS, ALL);
    }

    @Override
    public Doc preview(Doc body, @Nullable Doc current) {
        return super.preview(withSignature(body), current);
    }

    /** No response has the secrets, so a definition that names them is never the same. */
    @Override
    public boolean isSame(Doc body, Doc stored) {
        return super.isSame(withSignature(body), stored);
    }

    @Override
    protected boolean isCreated(Doc body, Doc stored) {
        var shown = withSignature(body);
        HookFields.SECRETS.write(shown, null);
        return super.isCreated(shown, stored);
    }

    /** A copy with what the server sets in a signature. */
    private static Doc withSignature(Doc body) {
        var signature = new LinkedHashMap<>(body.doc(HookFields.SIGNATURE).fields());
        if ("hmac".equals(signature.get(HookFields.SCHEME))) {
            HMAC.forEach((name, value) -> signature.merge(name, value, (given, usual) -> given));
        }
        return new Doc(new LinkedHashMap<>(body.fields())).with(HookFields.SIGNATURE, signature);
    }

    @Override
    protected <T> T explaining(Doc body, Supplier<T> call) {
        return new Functions(api()).naming(body.text(HookFields.FUNCTION), call);
    }

    /** Those that were refused or ignored, newest first. */
    List<Doc> requests(String ref) {
        return naming(ref, () -> api().get(path(ref) + "/requests").docs("items"));
    }

    /** With the platform in front of the path that the server answers: an address that senders can use. */
    Doc withAddress(Doc hook) {
        return hook.find(URL).isEmpty()
                ? hook
                : hook.with(URL, api().address().replaceFirst("/+$", "") + hook.text(URL));
    }
}
