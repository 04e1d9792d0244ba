package dev.faas.cli.yaml;

/** A place in a file; line and column begin with 1. */
public record Position(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
