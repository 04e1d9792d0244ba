package dev.faas.system.contract;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.RequestValidator;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableRequest;
import io.vertx.openapi.validation.ValidatableResponse;
import io.vertx.openapi.validation.impl.RequestParameterImpl;
import io.vertx.openapi.validation.impl.ValidatableRequestImpl;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks requests and responses against openapi.yaml. Each check returns the violation, or empty. Blocks. Thread-safe. */
final class Contract {
    private static final String SCHEMAS = "app://#/components/schemas/";

    private final ApiYaml yaml;
    private final OpenAPIContract contract;
    private final RequestValidator requests;
    private final ResponseValidator responses;

    private Contract(ApiYaml yaml, Vertx vertx, OpenAPIContract contract) {
        this.yaml = yaml;
        this.contract = contract;
        this.requests = RequestValidator.create(vertx, contract);
        this.responses = ResponseValidator.create(vertx, contract);
    }

    /** Fails if the document is not valid OpenAPI 3.1. */
    static Contract of(Vertx vertx, ApiYaml yaml) {
        return new Contract(
                yaml,
                vertx,
                OpenAPIContract.from(vertx, Dialect.of(yaml.document())).await());
    }

    OpenAPIContract openApi() {
        return contract;
    }

    /** The operation of a request; HEAD belongs to GET. Empty if there is none. */
    Optional<Operation> operation(String method, URI uri) {
        return Optional.ofNullable(
                contract.findOperation(uri.getRawPath(), HttpMethod.valueOf(method.equals("HEAD") ? "GET" : method)));
    }

    /** @param body null or empty if there is none */
    Optional<String> request(String method, URI uri, HttpHeaders headers, byte @Nullable [] body) {
        var found = operation(method, uri);
        if (found.isEmpty()) {
            return Optional.of("there is no such operation");
        }
        var operation = found.get();
        var query = query(uri);
        var given = new HashMap<String, Map<String, RequestParameter>>();
        for (var parameter : operation.getParameters()) {
            var value = value(parameter, operation, uri, headers, query);
            if (value != null) {
                var text = parameter.getSchemaType() == SchemaType.STRING;
                given.computeIfAbsent(parameter.getIn().toString(), in -> new HashMap<>())
                        .put(parameter.getName(), new RequestParameterImpl(text ? quoted(value) : value));
            }
        }
        if (!query.isEmpty()) {
            return Optional.of("there are no such query parameters: " + query.keySet());
        }
        var empty = body == null || body.length == 0;
        var type = headers.firstValue("Content-Type").map(Dialect::known).orElse(null);
        var whole = (ValidatableRequest) new ValidatableRequestImpl(
                Map.of(),
                given.getOrDefault("header", Map.of()),
                given.getOrDefault("path", Map.of()),
                given.getOrDefault("query", Map.of()),
                new RequestParameterImpl(empty ? null : Buffer.buffer(body)),
                type);
        return failure(requests.validate(whole, operation.getOperationId()));
    }

    private static @Nullable String value(
            Parameter parameter, Operation operation, URI uri, HttpHeaders headers, Map<String, List<String>> query) {
        var name = parameter.getName();
        return switch (parameter.getIn()) {
            case HEADER -> headers.firstValue(name).orElse(null);
            case QUERY -> one(parameter, query.remove(name));
            case PATH -> segment(operation.getAbsoluteOpenAPIPath(), uri.getRawPath(), name);
            case COOKIE -> null;
        };
    }

    /** @param body null: not checked, as for HEAD or a stream */
    Optional<String> answer(Operation operation, int status, HttpHeaders headers, byte @Nullable [] body) {
        var response = operation.getResponse(status);
        if (response == null) {
            return Optional.of("is not said to answer " + status);
        }
        var given = new HashMap<String, String>();
        for (var header : response.getHeaders()) {
            headers.firstValue(header.getName())
                    .ifPresent(value -> given.put(
                            header.getName(), header.getSchemaType() == SchemaType.STRING ? quoted(value) : value));
        }
        if (response.getContent().isEmpty()) {
            return body != null && body.length > 0
                    ? Optional.of(status + " is said to have no body")
                    : failure(
                            responses.validate(ValidatableResponse.create(status, given), operation.getOperationId()));
        }
        var type = headers.firstValue("Content-Type").orElse("");
        if (!types(operation, status).contains(Dialect.name(type))) {
            return Optional.of(status + " is not said to be '" + type + "'");
        }
        var known = Dialect.known(type);
        if (body == null && !known.equals(Dialect.BYTES)) {
            return Optional.empty();
        }
        // vertx-openapi requires every declared body, but a binary body may be empty.
        var content = body == null || body.length == 0 ? Buffer.buffer(" ") : Buffer.buffer(body);
        return failure(responses.validate(
                ValidatableResponse.create(status, given, content, known), operation.getOperationId()));
    }

    /** Checks a value against {@code components/schemas/<name>}. */
    Optional<String> schema(String name, byte[] json) {
        var result = contract.getSchemaRepository()
                .validator(SCHEMAS + name)
                .validate(Json.decodeValue(Buffer.buffer(json)));
        return result.getValid()
                ? Optional.empty()
                : Optional.of(name + ": "
                        + result.getErrors().stream()
                                .map(error -> error.getInstanceLocation() + " " + error.getError())
                                .toList());
    }

    /** Compares the document's names, because vertx-openapi does not distinguish bytes, text and event streams. */
    private Set<String> types(Operation operation, int status) {
        JsonObject described = yaml.operations(operation.getOpenAPIPath())
                .get(operation.getHttpMethod().name());
        return yaml.types(described, status);
    }

    private static Optional<String> failure(Future<?> validated) {
        return validated
                .map(valid -> Optional.<String>empty())
                .otherwise(fault -> Optional.of(fault.getMessage()
                        + (fault.getCause() == null
                                ? ""
                                : ": " + fault.getCause().getMessage())))
                .await();
    }

    private static Map<String, List<String>> query(URI uri) {
        var query = new LinkedHashMap<String, List<String>>();
        if (uri.getRawQuery() != null) {
            for (var pair : uri.getRawQuery().split("&")) {
                var equals = pair.indexOf('=');
                var name = equals < 0 ? pair : pair.substring(0, equals);
                query.computeIfAbsent(decoded(name), first -> new ArrayList<>())
                        .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    /** A list in the exploded form of vertx-openapi; the last value of a single parameter, as in the services. */
    private static @Nullable String one(Parameter parameter, @Nullable List<String> values) {
        if (values == null) {
            return null;
        }
        return parameter.getSchemaType() == SchemaType.ARRAY
                ? values.stream()
                        .map(value -> parameter.getName() + "=" + Json.encode(value))
                        .collect(Collectors.joining("&"))
                : values.getLast();
    }

    /** vertx-openapi decodes text parameters as JSON if it can: "3" would become a number. */
    private static String quoted(String value) {
        return value.matches("[A-Za-z_]\\w*")
                        && !List.of("true", "false", "null").contains(value)
                ? value
                : Json.encode(value);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String segment(String template, String path, String name) {
        var index = List.of(template.split("/", -1)).indexOf("{" + name + "}");
        return decoded(path.split("/", -1)[index].replace("+", "%2B"));
    }
}
