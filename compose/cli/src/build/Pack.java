import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes the client's one file: {@code Pack HEADER JAR FILE TIME}. Run by the build from its source.
 *
 * <p>picocli is compiled for Java 5. The JVM verifies such classes in an old way, and keeps them out of its caches for quick
 * starts. So they get stack maps and the version of Java 21 here, which saves a third of the time of a start.
 */
final class Pack {
    private Pack() {}

    public static void main(String[] args) throws Exception {
        var time = Instant.parse(args[3]);
        var jar = withNewClasses(Path.of(args[1]), time);
        var header = Files.readString(Path.of(args[0]));
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(header.getBytes(StandardCharsets.UTF_8));
        header = header.replace("@digest@", HexFormat.of().formatHex(digest.digest(jar), 0, 8));

        var file = Path.of(args[2]);
        var written = Path.of(file + ".new");
        try (var out = Files.newOutputStream(written)) {
            out.write(header.getBytes(StandardCharsets.UTF_8));
            out.write(jar);
        }
        Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rwxr-xr-x"));
        // The caches name the time of the file: copies of it (cp -p, a package) share theirs.
        Files.setLastModifiedTime(written, FileTime.from(time));
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] withNewClasses(Path jar, Instant time) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var in = new ZipFile(jar.toFile());
                var out = new ZipOutputStream(bytes)) {
            var classes = ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(
                                    type -> open(in, type))
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            for (var entry : Collections.list(in.entries())) {
                var content = in.getInputStream(entry).readAllBytes();
                var packed = new ZipEntry(entry.getName());
                packed.setTimeLocal(time.atOffset(ZoneOffset.UTC).toLocalDateTime());
                out.putNextEntry(packed);
                out.write(isOldClass(entry, content) ? renew(classes, content) : content);
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isOldClass(ZipEntry entry, byte[] content) {
        return entry.getName().endsWith(".class") && content[7] < ClassFile.JAVA_7_VERSION;
    }

    private static byte[] renew(ClassFile classes, byte[] content) {
        ClassTransform version = (out, element) ->
                out.with(element instanceof ClassFileVersion ? ClassFileVersion.of(ClassFile.JAVA_21_VERSION, 0) : element);
        // Code that no transform touches is copied as it is, without stack maps.
        return classes.transformClass(
                classes.parse(content), version.andThen(ClassTransform.transformingMethodBodies(CodeBuilder::with)));
    }

    private static InputStream open(ZipFile jar, ClassDesc type) {
        var name = type.descriptorString();
        var entry = jar.getEntry(name.substring(1, name.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
