package dev.faas.cli.definition;

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

/** Changes a thing in an editor. */
public abstract class EditVerb extends Verb {
    private static final String COMMENT = "# ";

    /** The comment above the definition. */
    protected abstract String head(Doc current);

    /** Reports the change. */
    protected abstract void written(Session session, Doc stored);

    /** @param verbs of the kind, such as {@code faas fn} */
    protected final int edit(Session session, Resources things, String name, String verbs) throws IOException {
        var current = things.get(name);
        var editor = Editor.of(session.terminal(), verbs);
        var file = Files.createTempFile("faas-" + current.text(Field.NAME) + "-", ".yaml");
        var edit = new Edit(things, current, head(current), editor, file);
        var advice = "Your text is kept. To send it: %s update %s --from %s".formatted(verbs, name, file);
        boolean isKept = false;
        try {
            edit.run()
                    .ifPresentOrElse(
                            stored -> written(session, stored),
                            () -> session.output().note("Nothing was changed."));
            return Exit.OK;
        } catch (Failure e) {
            isKept = edit.isWorthKeeping();
            if (!isKept) {
                throw e;
            }
            if (e instanceof ApiFailure refused && refused.status() == 412) {
                var now = things.get(name);
                ChangePrinter.differences(
                        session.output(),
                        things.title(current) + ", which you edited",
                        things.title(now) + ", made meanwhile",
                        things.fields().changes(current, now));
                throw refused.explained("%s was changed meanwhile".formatted(name), List.of(advice));
            }
            var lines = new ArrayList<>(e.advice());
            lines.add(advice);
            throw new Failure(e.exit(), e.text(), lines, e);
        } finally {
            if (!isKept) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The rounds in the editor. */
    private static final class Edit {
        private final Resources things;
        private final Doc current;
        private final String head;
        private final Editor editor;
        private final Path file;
        private final String original;
        private String text;
        private boolean isUnread;

        Edit(Resources things, Doc current, String head, Editor editor, Path file) {
            this.things = things;
            this.current = current;
            this.head = head;
            this.editor = editor;
            this.file = file;
            var known = things.fields().body(current);
            known.fields()
                    .keySet()
                    .removeAll(things.fields().unknown(current).fields().keySet());
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
                var definitions = Definition.readAny("line", edited, things.fields(), mistakes);
                if (mistakes.isEmpty() && definitions.size() != 1) {
                    mistakes.add(
                            new Position("line", 1, 1),
                            "must be one " + things.fields().kind());
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
            body.fields().putAll(things.fields().unknown(current).fields());
            return things.isSame(body, current) ? Optional.empty() : Optional.of(things.replace(current, body));
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
            lines.add(head);
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
