package dev.faas.gateway.console;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Reads all files of a folder on the class path, from a jar or from a directory of classes. */
final class ClasspathFolder {
    private ClasspathFolder() {}

    /**
     * Blocks.
     *
     * @param folder begins and ends with a slash
     * @param file one that the folder has
     * @return in the order of their paths, which are relative to the folder
     */
    static SequencedMap<String, byte[]> read(String folder, String file) throws IOException {
        var known = ClasspathFolder.class.getResource(folder + file);
        if (known == null) {
            throw new IllegalStateException("the class path has no " + folder + file + ": build it again");
        }
        if (known.openConnection() instanceof JarURLConnection inJar) {
            // A file system of its own: several services of one process may read the same jar.
            try (var jar =
                    FileSystems.newFileSystem(toPath(inJar.getJarFileURL().toString()))) {
                return readAll(jar.getPath(folder));
            }
        }
        return readAll(toPath(known.toString()).resolveSibling(""));
    }

    private static Path toPath(String url) {
        try {
            return Path.of(new URI(url));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("not the path of a file: " + url, e);
        }
    }

    private static SequencedMap<String, byte[]> readAll(Path root) throws IOException {
        var files = new TreeMap<String, byte[]>();
        try (var paths = Files.walk(root)) {
            for (var path : paths.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return files;
    }
}
