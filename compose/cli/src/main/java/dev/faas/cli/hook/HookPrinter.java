package dev.faas.cli.hook;

import dev.faas.cli.Doc;
import dev.faas.cli.Session;
import dev.faas.cli.account.ShownOnce;
import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.TitledLines;
import dev.faas.cli.output.Column;
import java.util.List;

/** How hooks and their requests look. */
final class HookPrinter {
    static final List<Column> COLUMNS = List.of(
            Column.whole("NAME", Field.NAME),
            Column.text("FUNCTION", HookFields.FUNCTION),
            Column.text("SIGNATURE", hook -> hook.doc(HookFields.SIGNATURE).text(HookFields.SCHEME)),
            Column.text("STATE", "state"));

    static final List<Column> REQUESTS = List.of(
            Column.whole("AT", "at"),
            Column.text("STATUS", "status"),
            Column.whole("REASON", "reason"),
            Column.text("DELIVERY", "deliveryId"));

    private HookPrinter() {}

    /** After a change: a note for people, the document for programs. */
    static void written(Session session, Doc hook, String verb) {
        if (session.output().isForPrograms()) {
            document(session, hook);
        } else {
            session.output()
                    .note("%s %s. It is %s."
                            .formatted(
                                    verb,
                                    hook.text(Field.NAME),
                                    hook.text("state").replace('_', ' ')));
        }
    }

    /** After a call that makes an address. */
    static void withAddress(Session session, Doc hook, String verb) {
        var name = hook.text(Field.NAME);
        if (hook.find(Hooks.URL).isPresent()) {
            ShownOnce.print(
                    session,
                    hook,
                    Hooks.URL,
                    "%s %s. This is its address: who knows it may send.".formatted(verb, name));
        } else {
            written(session, hook, verb);
            session.output().note("The response with its address was lost. Make another one: faas hook rotate " + name);
        }
    }

    static void document(Session session, Doc hook) {
        session.output().document(hook, doc -> doc.text(Field.NAME), () -> lines(hook));
    }

    private static List<String> lines(Doc hook) {
        return new TitledLines()
                .definition(HookFields.TABLE, hook)
                .add("state", hook.text("state"))
                .add("id", hook.text("id"))
                .add("secrets", hook.text("secretCount"))
                .field("old url until", hook, "oldUrlUntil")
                .all();
    }
}
