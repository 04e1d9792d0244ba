package dev.faas.spawner.engine;

import dev.faas.spawner.engine.OutputSink.Stream;
import dev.faas.spawner.engine.SandboxUnavailable.ImagePullFailed;

final class FakeEngineTest extends ContainerEngineContract {

    @Override
    protected ContainerEngine engine() {
        var engine = new FakeEngine("spawner-1", "incarnation-1");
        for (var program : Program.values()) {
            engine.image(image(program), lambda(program));
        }
        return engine.unavailable(
                unreachableImage(), () -> new ImagePullFailed(unreachableImage() + ": connection refused", null));
    }

    @Override
    protected String image(Program program) {
        return "fake/" + program;
    }

    @Override
    protected String missingImage() {
        return "fake/nowhere";
    }

    @Override
    protected String unreachableImage() {
        return "fake/unreachable";
    }

    private static FakeProgram lambda(Program program) {
        return switch (program) {
            case ECHO ->
                process -> {
                    process.stdout(process.argument());
                    return 0;
                };
            case EXIT -> process -> Integer.parseInt(process.argument());
            case BOTH ->
                process -> {
                    process.stdout("to stdout");
                    process.stderr("to " + process.argument());
                    return 0;
                };
            case BINARY ->
                process -> {
                    process.write(Stream.STDOUT, BINARY);
                    return 0;
                };
            case ENV ->
                process -> {
                    process.stdout(process.environment().getOrDefault(process.argument(), ""));
                    return 0;
                };
            case HANG ->
                process -> {
                    process.stdout("started");
                    return process.hang();
                };
            case STUBBORN ->
                process -> {
                    process.handleTerm();
                    process.stdout("started");
                    return process.hang();
                };
            case POLITE ->
                process -> {
                    process.handleTerm();
                    process.stdout("started");
                    process.awaitTerm();
                    process.stdout("bye");
                    return 0;
                };
            case HOG -> dies(new Termination.OutOfMemory());
            case SEGFAULT -> dies(new Termination.Signalled(11, "SIGSEGV"));
            case MISSING ->
                dies(new Termination.StartFailed("cannot execute /opt/function: No such file or directory"));
            case NOT_EXECUTABLE -> dies(new Termination.StartFailed("cannot execute /opt/function: Permission denied"));
        };
    }

    private static FakeProgram dies(Termination ending) {
        return process -> {
            throw new FakeProgram.Died(ending);
        };
    }
}
