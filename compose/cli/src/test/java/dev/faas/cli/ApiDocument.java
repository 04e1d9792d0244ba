package dev.faas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The gateway's openapi.yaml, which the platform's own tests compare with what the platform answers. */
public final class ApiDocument {
    private static final Path FILE = Path.of("..", "..", "gateway-verticle/src/main/resources/openapi.yaml");

    private final Doc whole;

    private ApiDocument(Doc whole) {
        this.whole = whole;
    }

    @SuppressWarnings("unchecked")
    public static ApiDocument read() throws IOException {
        var yaml = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(FILE));
        return new ApiDocument(new Doc((Map<String, @Nullable Object>) yaml));
    }

    public Doc schema(String name) {
        return whole.doc("components").doc("schemas").doc(name);
    }

    /** The schema itself, where it only refers to one, or to one or null. */
    public Doc resolve(Doc schema) {
        var alternatives = schema.docs("anyOf");
        if (!alternatives.isEmpty()) {
            return resolve(alternatives.getFirst());
        }
        return schema.find("$ref")
                .map(ref -> schema(ref.replaceFirst(".*/", "")))
                .orElse(schema);
    }

    /** The parameter itself, where several calls refer to one. */
    private Doc parameter(Doc parameter) {
        return parameter
                .find("$ref")
                .map(ref -> whole.doc("components").doc("parameters").doc(ref.replaceFirst(".*/", "")))
                .orElse(parameter);
    }

    /** What a parameter of a GET accepts, one or several of them. */
    public List<String> choices(String path, String parameter) {
        var schema = whole.doc("paths").doc(path).doc("get").docs("parameters").stream()
                .map(this::parameter)
                .filter(each -> each.text("name").equals(parameter))
                .map(each -> resolve(each.doc("schema").doc("items")))
                .findFirst()
                .orElseThrow();
        return ((List<?>) schema.fields().getOrDefault("enum", List.of()))
                .stream().map(String::valueOf).toList();
    }
}
