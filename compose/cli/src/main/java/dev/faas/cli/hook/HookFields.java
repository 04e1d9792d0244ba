package dev.faas.cli.hook;

import dev.faas.cli.definition.Field;
import dev.faas.cli.definition.FieldType;
import dev.faas.cli.definition.Fields;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fields of a hook and their flags. This table is the only place that relates the two. */
final class HookFields {
    static final String FUNCTION = "function";
    static final String SIGNATURE = "signature";
    static final String SCHEME = "scheme";
    private static final String PAUSED = "paused";

    static final Field SECRETS = Field.of(
            inSignature("secrets"),
            "--secret-file",
            FieldType.TEXTS,
            null,
            "FILE",
            "A file with the secret that signs, without its last line end; - is standard input. May be repeated: any of them is valid. Nothing shows them.");

    static final Fields TABLE = new Fields(
            "hook",
            List.of(
                    Field.of(Field.NAME, "", FieldType.TEXT, null, "NAME", "Its name."),
                    Field.of(
                            FUNCTION,
                            "--function",
                            FieldType.TEXT,
                            null,
                            "FUNCTION",
                            "The function that it calls; build@3 is always its third revision."),
                    Field.of(
                            inSignature(SCHEME),
                            "--signature",
                            FieldType.TEXT,
                            "none",
                            "SCHEME",
                            "How requests are signed:\nnone: who knows the address may send.\nstandard: Standard Webhooks, at most 5 minutes old.\ngithub: as GitHub signs, without a time.\nhmac: by the fields below.\n"),
                    SECRETS,
                    Field.of(
                            inSignature("header"),
                            "--signature-header",
                            FieldType.TEXT,
                            null,
                            "HEADER",
                            "hmac: the header of the signature."),
                    Field.of(
                            inSignature("algorithm"),
                            "--algorithm",
                            FieldType.TEXT,
                            null,
                            "NAME",
                            "hmac: sha256, which is the default, or sha512."),
                    Field.of(
                            inSignature("encoding"),
                            "--encoding",
                            FieldType.TEXT,
                            null,
                            "NAME",
                            "hmac: hex, which is the default, or base64."),
                    Field.of(
                            inSignature("prefix"),
                            "--prefix",
                            FieldType.TEXT,
                            null,
                            "TEXT",
                            "hmac: before the signature, such as sha256=."),
                    Field.of(
                            inSignature("signed"),
                            "--signed",
                            FieldType.TEXT,
                            null,
                            "TEXT",
                            "hmac: what is signed, such as 'v0:{timestamp}:{body}'; by default the body."),
                    Field.of(
                            inSignature("timestampHeader"),
                            "--timestamp-header",
                            FieldType.TEXT,
                            null,
                            "HEADER",
                            "hmac: of the time in --signed."),
                    Field.of(
                            "deliveryId.header",
                            "--delivery-id",
                            FieldType.TEXT,
                            null,
                            "HEADER",
                            "What names a delivery, so that a repeat runs once. By default webhook-id, X-GitHub-Delivery, or ce-source and ce-id."),
                    Field.of(
                            "body.as",
                            "--body",
                            FieldType.TEXT,
                            "whole",
                            "FORM",
                            "What becomes the argument:\nwhole: the body.\npointer: what --pointer selects in its JSON.\ncloudevent: a CloudEvent; what is none is wrapped into one.\n"),
                    Field.of(
                            "body.pointer",
                            "--pointer",
                            FieldType.TEXT,
                            null,
                            "POINTER",
                            "A JSON Pointer, such as /after."),
                    Field.of(
                            "body.default",
                            "--default",
                            FieldType.TEXT,
                            null,
                            "TEXT",
                            "The argument where --pointer selects nothing. Without it such a request is refused."),
                    Field.of(
                            "headers",
                            "--headers",
                            FieldType.CHOICES,
                            List.of(),
                            "HEADER,…",
                            "Headers that become tags, and FAAS_HOOK_… in the environment of the run."),
                    Field.of(
                            "match",
                            "--match",
                            FieldType.MAP,
                            Map.of(),
                            "header:HEADER=VALUE",
                            "A value that a header must have; other requests are ignored. May be repeated: all must match."),
                    Field.of("maxBodyKb", "--max-body", FieldType.KIB, 1_024, "SIZE", "How large a body may be."),
                    Field.of(
                            "ratePerSecond",
                            "--rate",
                            FieldType.WHOLE,
                            100,
                            "NUMBER",
                            "Requests a second, of each gateway."),
                    Field.of("tags", "--tag", FieldType.MAP, Map.of(), "KEY=VALUE", "A tag. May be repeated."),
                    Field.of(PAUSED, "--paused", FieldType.FLAG, false, "", "Begin paused.")),
            List.of(Field.NAME, FUNCTION),
            List.of(
                    "id",
                    "owner",
                    "functionId",
                    "state",
                    "secretCount",
                    "oldUrlUntil",
                    Hooks.URL,
                    "createdAt",
                    "updatedAt"),
            Set.of(PAUSED, SECRETS.path()));

    private HookFields() {}

    private static String inSignature(String member) {
        return SIGNATURE + "." + member;
    }
}
