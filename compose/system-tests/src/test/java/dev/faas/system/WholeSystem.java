package dev.faas.system;

import dev.faas.local.Directories;
import dev.faas.spawner.docker.TestImages;
import dev.faas.standalone.Platform;
import dev.faas.standalone.UpOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts one real platform for all whole-system tests of a JVM, and injects it as a parameter. */
public final class WholeSystem implements BeforeAllCallback, ParameterResolver {
    private static final String KEY = "platform";

    /** The platform, and where test images come from. */
    public record Running(Path data, Platform platform, TestImages images) implements AutoCloseable {
        public URI api() {
            return platform.api();
        }

        public Client user() throws IOException, InterruptedException {
            return Client.register(api());
        }

        @Override
        public void close() throws IOException {
            platform.close();
            images.close();
            Directories.delete(data);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        var unused = running(context);
    }

    private static Running running(ExtensionContext context) {
        return context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(WholeSystem.class))
                .computeIfAbsent(KEY, key -> start(), Running.class);
    }

    private static Running start() {
        try {
            var data = Files.createTempDirectory("faas-system-");
            return new Running(
                    data,
                    Platform.start(UpOptions.local(
                            data, Map.of("FAAS_SLOTS", "6", "FAAS_HTTP_REQUEST_TIMEOUT", "3s", "FAAS_ROOT_MB", "64"))),
                    new TestImages(TestImages.dockerHost()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(Running.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return running(context);
    }
}
