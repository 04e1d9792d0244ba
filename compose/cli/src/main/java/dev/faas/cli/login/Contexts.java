package dev.faas.cli.login;

import dev.faas.cli.Doc;
import dev.faas.cli.Exit;
import dev.faas.cli.Failure;
import dev.faas.cli.Suggestion;
import dev.faas.cli.Terminal;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps the contexts, and decides which one a command uses. */
public final class Contexts {
    private static final String FILE = "contexts.json";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private final Terminal terminal;
    private final ConfigFolder folder;
    private final @Nullable String contextFlag;
    private final @Nullable String projectFlag;

    /**
     * @param contextFlag of {@code --context}
     * @param projectFlag of {@code --project}
     */
    Contexts(Terminal terminal, ConfigFolder folder, @Nullable String contextFlag, @Nullable String projectFlag) {
        this.terminal = terminal;
        this.folder = folder;
        this.contextFlag = contextFlag;
        this.projectFlag = projectFlag;
    }

    /** What this command uses: {@code --context}, FAAS_CONTEXT, else the current one; parts of it are overridden by FAAS_URL,
     * FAAS_PROJECT and {@code --project}.
     */
    public Context selected() {
        var name = chosenName();
        var stored = name.map(this::require).or(() -> current().flatMap(this::find));
        var context = stored.orElseGet(() -> new Context("default", Context.parseUrl(Context.DEFAULT_URL), null));
        var project = Optional.ofNullable(projectFlag)
                .or(() -> terminal.variable("FAAS_PROJECT"))
                .orElse(context.project());
        return terminal.variable("FAAS_URL")
                .map(Context::parseUrl)
                // The login of one platform is never sent to another one.
                .map(url -> url.equals(context.url()) ? context : ofUrl(url))
                .map(found -> new Context(found.name(), found.url(), project))
                .orElseGet(() -> new Context(context.name(), context.url(), project));
    }

    private Context ofUrl(URI url) {
        return all().stream()
                .filter(each -> each.url().equals(url))
                .findFirst()
                .orElseGet(() -> new Context(freeName(Context.nameFor(url)), url, null));
    }

    /** The names of addresses may be equal: they have neither the scheme nor the path. */
    private String freeName(String wanted) {
        var name = wanted;
        for (int n = 2; find(name).isPresent(); n++) {
            name = wanted + "-" + n;
        }
        return name;
    }

    /** The context that a login to {@code url} is stored under. */
    Context forLogin(@Nullable URI url) {
        var name = chosenName();
        if (url == null) {
            return name.isPresent() ? require(name.get()) : selected();
        }
        return new Context(
                name.map(Contexts::checkName).orElseGet(() -> ofUrl(url).name()), url, null);
    }

    Optional<String> chosenName() {
        return Optional.ofNullable(contextFlag).or(() -> terminal.variable("FAAS_CONTEXT"));
    }

    static String checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Failure.usage(
                    "'%s' is not a name for a context".formatted(name),
                    "Use 1 to 63 letters, digits, '.', '_' and '-', and begin with a letter or a digit.");
        }
        return name;
    }

    @Nullable
    String projectFlag() {
        return projectFlag;
    }

    Optional<String> current() {
        return file().find("current");
    }

    public List<Context> all() {
        var contexts = file().doc("contexts");
        return contexts.fields().keySet().stream()
                .flatMap(name -> readable(name, contexts.doc(name)))
                .toList();
    }

    /** A damaged context does not break the others. */
    private static Stream<Context> readable(String name, Doc doc) {
        try {
            return Stream.of(read(name, doc));
        } catch (Failure damaged) {
            return Stream.empty();
        }
    }

    private static Context read(String name, Doc doc) {
        return new Context(
                name, Context.parseUrl(doc.text("url")), doc.find("project").orElse(null));
    }

    Optional<Context> find(String name) {
        var contexts = file().doc("contexts");
        return contexts.fields().containsKey(name) ? Optional.of(read(name, contexts.doc(name))) : Optional.empty();
    }

    Context require(String name) {
        return find(name)
                .orElseThrow(() -> new Failure(
                        Exit.NOT_FOUND,
                        "no context \"%s\"".formatted(name),
                        Suggestion.line(name, all().stream().map(Context::name).toList(), "faas context list")));
    }

    void store(Context context, boolean makeCurrent) {
        folder.locked(FILE, () -> {
            var file = file();
            var contexts = file.doc("contexts");
            var doc = Doc.empty().with("url", context.url().toString());
            if (context.project() != null) {
                doc.with("project", context.project());
            }
            file.with("contexts", contexts.with(context.name(), doc));
            if (makeCurrent) {
                file.with("current", context.name());
            }
            folder.write(FILE, file);
            return context;
        });
    }

    void delete(String name) {
        folder.locked(FILE, () -> {
            var file = file();
            var contexts = file.doc("contexts");
            contexts.fields().remove(name);
            if (file.text("current").equals(name)) {
                file.fields().remove("current");
            }
            folder.write(FILE, file.with("contexts", contexts));
            return name;
        });
    }

    private Doc file() {
        return folder.read(FILE).orElseGet(Doc::empty);
    }
}
