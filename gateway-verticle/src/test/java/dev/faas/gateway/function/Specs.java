package dev.faas.gateway.function;

import dev.faas.wire.FunctionSpec;
import java.util.List;

final class Specs {
    private Specs() {}

    static FunctionSpec withCommand(FunctionSpec plain, List<String> command) {
        return new FunctionSpec(
                plain.name(),
                plain.image(),
                plain.description(),
                plain.entrypoint(),
                command,
                plain.env(),
                plain.secrets(),
                plain.labels(),
                plain.mode(),
                plain.network(),
                plain.limits(),
                plain.concurrency(),
                plain.queue(),
                plain.retry(),
                plain.delivery(),
                plain.readOnlyRoot(),
                plain.prewarm(),
                plain.argumentAs(),
                plain.idleTtlSeconds(),
                plain.byAdmin());
    }
}
