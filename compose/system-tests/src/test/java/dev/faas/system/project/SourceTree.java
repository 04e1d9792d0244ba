package dev.faas.system.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of the project, without what a build makes. */
final class SourceTree {
    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    /** What a build or a tool puts there. */
    private static final Set<String> MADE = Set.of(".git", "target", "node_modules", ".idea", ".vscode", ".settings");

    private SourceTree() {}

    /** Relative to the root, in order. */
    static List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return isMade(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!file.toString().endsWith(".jar")) {
                    files.add(ROOT.relativize(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        files.sort(null);
        return files;
    }

    /** Beside a Dockerfile stand the jars that Maven copies there. */
    private static boolean isMade(Path directory) {
        var name = directory.getFileName().toString();
        return MADE.contains(name)
                || (Set.of("own", "lib", "image").contains(name)
                        && Files.exists(directory.resolveSibling("Dockerfile")));
    }

    static List<Path> files(String ending) throws IOException {
        return files().stream().filter(file -> file.toString().endsWith(ending)).toList();
    }

    static String read(Path file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
