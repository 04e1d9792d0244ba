package dev.faas.cli.function;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/** The flag that names files of functions. */
final class FileFlag {
    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE|FOLDER|-",
            description =
                    "Read this file, the *.yaml, *.yml and *.json of this folder, or standard input. May be repeated.")
    private List<String> places = List.of();

    List<Definition> read() throws IOException {
        return FunctionFiles.read(places);
    }
}
