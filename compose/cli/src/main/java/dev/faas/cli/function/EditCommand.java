package dev.faas.cli.function;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.InputFile;
import dev.faas.cli.Session;
import dev.faas.cli.Verb;
import dev.faas.cli.http.ApiFailure;
import dev.faas.cli.output.Yaml;
import dev.faas.cli.yaml.FileErrors;
import dev.faas.cli.yaml.Position;
import dev.faas.cli.yaml.YamlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Changes a function in an editor. */
@Command(
        name = "edit",
        description = "Change a function in your editor: $VISUAL, $EDITOR, nano or vi.",
        footer = {
            "",
            "Examples:",
            "  faas fn edit hello",
            "  EDITOR='sed -i \"s/memoryMb: 128/memoryMb: 256/\"' faas fn edit hello",
            "",
            "Exit codes: 0 fine, 2 usage, 3 not logged in, 4 not found, 5 unavailable, 6 it was changed meanwhile."
        })
final class EditCommand extends Verb {
    private static final String COMMENT = "# ";

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name = "";

    @Override
    protected int run(Session session) throws IOException {
        var functions = new Functions(session.api());
        var current = functions.get(name);
        var editor = Editor.of(session.terminal());
        var file = Files.createTempFile("faas-" + current.text(Field.NAME) + "-", ".yaml");
        var edit = new Edit(functions, current, editor, file);
        boolean isKept = false;
        try {
            edit.run()
                    .ifPresentOrElse(
                            function -> FunctionPrinter.written(session, function, "Updated"),
                            () -> session.output().note("Nothing was changed."));
            return Exit.OK;
        } catch (Failure e) {
            isKept = edit.isWorthKeeping();
            if (!isKept) {
                throw e;
            }
            if (e instanceof ApiFailure refused && refused.status() == 412) {
                var now = functions.get(name);
                FunctionPrinter.differences(
                        session.output(),
                        "%s@%d, which you edited".formatted(name, current.number("revision")),
                        "%s@%d, made meanwhile".formatted(name, now.number("revision")),
                        Spec.changes(current, now));
                throw refused.explained("%s was changed meanwhile".formatted(name), List.of(kept(file)));
            }
            var advice = new ArrayList<>(e.advice());
            advice.add(kept(file));
            throw new Failure(e.exit(), e.text(), advice, e);
        } finally {
            if (!isKept) {
                Files.deleteIfExists(file);
            }
        }
    }

    private String kept(Path file) {
        return "Your text is kept. To send it: faas fn update %s --from %s".formatted(name, file);
    }

    /** The rounds in the editor. */
    private static final class Edit {
        private final Functions functions;
        private final Doc current;
        private final Editor editor;
        private final Path file;
        private final String original;
        private String text;
        private boolean isUnread;

        Edit(Functions functions, Doc current, Editor editor, Path file) {
            this.functions = functions;
            this.current = current;
            this.editor = editor;
            this.file = file;
            var known = Spec.body(current);
            known.fields().keySet().removeAll(Spec.unknown(current).fields().keySet());
            this.original = Yaml.write(known.fields());
            this.text = original;
        }

        boolean isWorthKeeping() {
            return Files.exists(file) && (isUnread || (!text.isBlank() && !text.equals(original)));
        }

        /** Empty: nothing changed. */
        Optional<Doc> run() throws IOException {
            var complaints = List.<String>of();
            while (true) {
                Files.writeString(file, head(complaints) + text);
                editor.open(file);
                isUnread = true;
                var edited = withoutHead(InputFile.text("the editor", file.toString(), YamlFile.MAX_BYTES));
                isUnread = false;
                boolean again = edited.equals(text);
                text = edited;
                if (edited.isBlank() || (again && complaints.isEmpty())) {
                    return Optional.empty();
                }
                if (again) {
                    throw Failure.usage(
                            "the text was left as it was refused; nothing was changed",
                            complaints.toArray(String[]::new));
                }
                var mistakes = new FileErrors();
                var definitions = Definition.readAny("line", edited, mistakes);
                if (mistakes.isEmpty() && definitions.size() != 1) {
                    mistakes.add(new Position("line", 1, 1), "must be one function");
                }
                complaints = mistakes.lines();
                if (mistakes.isEmpty()) {
                    try {
                        return send(definitions.getFirst().body());
                    } catch (ApiFailure e) {
                        if (e.status() != 400 && e.status() != 413) {
                            throw e;
                        }
                        complaints = complaints(e);
                    }
                }
            }
        }

        private Optional<Doc> send(Doc body) {
            body.fields().putAll(Spec.unknown(current).fields());
            return body.get(Field.MODE) != null && Spec.isSame(Spec.asStored(body, current), current)
                    ? Optional.empty()
                    : Optional.of(functions.replace(current.text(Field.NAME), body, current.number("revision")));
        }

        private static List<String> complaints(ApiFailure e) {
            var errors = e.fieldErrors();
            return errors.isEmpty()
                    ? List.of(e.text())
                    : errors.stream().map(ApiFailure.FieldError::toString).toList();
        }

        private String head(List<String> complaints) {
            var lines = new ArrayList<String>();
            if (!complaints.isEmpty()) {
                lines.add("This was refused:");
                complaints.forEach(line -> lines.add("  " + line.replace('\n', ' ')));
                lines.add("");
            }
            lines.add("Function %s, revision %d. Save and close to make a new revision."
                    .formatted(current.text(Field.NAME), current.number("revision")));
            lines.add("A line that you delete restores the default. Without changes, nothing happens.");
            return lines.stream().map(line -> (COMMENT + line).strip() + "\n").collect(Collectors.joining());
        }

        private static String withoutHead(String text) {
            return text.lines()
                    .dropWhile(line -> line.startsWith("#"))
                    .map(line -> line + "\n")
                    .collect(Collectors.joining());
        }
    }
}
