package dev.faas.system.hostile;

import static dev.faas.system.hostile.Refusal.request;

import dev.faas.system.hostile.Refusal.Door;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Functions with one invalid field, or with many: the problem names each path. {@code '} stands for {@code "}. */
final class FunctionRows {
    private FunctionRows() {}

    static Stream<Refusal> rows() {
        return Stream.of(names(), types(), ranges(), environment(), labels(), notYet(), dryRuns(), together())
                .flatMap(rows -> rows)
                .flatMap(row -> row.at(Door.API, Door.REGISTRY));
    }

    private static Stream<Refusal> names() {
        return Stream.of(
                        "''",
                        "'A'",
                        "'a_b'",
                        "'-a'",
                        "'a-'",
                        "'1a'",
                        "'a.b'",
                        "'a*'",
                        "'>'",
                        "'a b'",
                        "'a/b'",
                        "'..'",
                        "'a\\n'",
                        "'a\\u0000'",
                        "'\\ud800'",
                        "'a@1'",
                        "'\u0430'",
                        "'fn_06b7gd98g07rk4q3v8x2m5n9tc'",
                        "'" + "a".repeat(64) + "'",
                        "1",
                        "true",
                        "[]",
                        "{}",
                        "null")
                .map(name -> create("the name " + brief(name), "{'name':" + name + ",'image':'busybox'}")
                        .isInvalidAt("name"));
    }

    private static Stream<Refusal> types() {
        return Stream.of(
                        "description:1",
                        "description:[]",
                        "entrypoint:'sh'",
                        "entrypoint:[]",
                        "entrypoint:['']",
                        "command:'sh'",
                        "command:{}",
                        "env:[]",
                        "env:'A=b'",
                        "secrets:'x'",
                        "secrets:{}",
                        "labels:[]",
                        "labels:1",
                        "mode:1",
                        "mode:'ISOLATED'",
                        "mode:'privileged'",
                        "network:'host'",
                        "network:true",
                        "limits:'x'",
                        "limits:[]",
                        "limits:1",
                        "concurrency:'1'",
                        "concurrency:1.5",
                        "concurrency:true",
                        "concurrency:1e999",
                        "queue:[]",
                        "queue:1",
                        "retry:'never'",
                        "retry:[]",
                        "delivery:'exactly-once'",
                        "delivery:0",
                        "readOnlyRoot:'true'",
                        "readOnlyRoot:1",
                        "readOnlyRoot:{}",
                        "argumentAs:1",
                        "argumentAs:'LAST'",
                        "argumentAs:'first'",
                        "argumentAs:['last']",
                        "idleTtlSeconds:'60'",
                        "idleTtlSeconds:60.5",
                        "idleTtlSeconds:true",
                        "idleTtlSeconds:59",
                        "idleTtlSeconds:-1",
                        "idleTtlSeconds:2592001",
                        "idleTtlSeconds:1e999",
                        "prewarm:1",
                        "prewarm:[]")
                .map(member -> member.split(":", 2))
                .map(member -> with(member[0], member[1]).isInvalidAt(member[0]));
    }

    private static Stream<Refusal> ranges() {
        return Stream.of(
                with("description", "'" + "d".repeat(1_001) + "'").isInvalidAt("description"),
                with("description", "'a\\u0000b'").isInvalidAt("description"),
                with("description", "'\\udc00'").isInvalidAt("description"),
                with("entrypoint", "['sh',1,null]").isInvalidAt("entrypoint[1]", "entrypoint[2]"),
                with("entrypoint", "['a\\u0000b']").isInvalidAt("entrypoint[0]"),
                with("command", "['" + "c".repeat(4_097) + "']").isInvalidAt("command[0]"),
                with("command", "[" + "'c',".repeat(64) + "'c']").isInvalidAt("command"),
                with("concurrency", "0").isInvalidAt("concurrency"),
                with("concurrency", "1001").isInvalidAt("concurrency"),
                with("concurrency", "99999999999999999999").isInvalidAt("concurrency"),
                with("limits", "{'memoryMb':'128'}").isInvalidAt("limits.memoryMb"),
                with("limits", "{'memoryMb':0}").isInvalidAt("limits.memoryMb"),
                with("limits", "{'memoryMb':-1}").isInvalidAt("limits.memoryMb"),
                with("limits", "{'memoryMb':65537}").isInvalidAt("limits.memoryMb"),
                with("limits", "{'memoryMb':128.5}").isInvalidAt("limits.memoryMb"),
                with("limits", "{'cpus':0}").isInvalidAt("limits.cpus"),
                with("limits", "{'cpus':-1}").isInvalidAt("limits.cpus"),
                with("limits", "{'cpus':'1'}").isInvalidAt("limits.cpus"),
                with("limits", "{'cpus':1e999}").isInvalidAt("limits.cpus"),
                with("limits", "{'cpus':1e999999999}").isInvalidAt("limits.cpus"),
                with("limits", "{'cpus':1e-999999999}").isInvalidAt("limits.cpus"),
                with("limits", "{'pids':1e9}").isInvalidAt("limits.pids"),
                with("limits", "{'pids':1}").isInvalidAt("limits.pids"),
                with("limits", "{'timeoutSeconds':0}").isInvalidAt("limits.timeoutSeconds"),
                with("limits", "{'timeoutSeconds':86401}").isInvalidAt("limits.timeoutSeconds"),
                with("limits", "{'resultKb':16385}").isInvalidAt("limits.resultKb"),
                with("limits", "{'logKb':0}").isInvalidAt("limits.logKb"),
                with("limits", "{'gpus':1,'memory':1}").isInvalidAt("limits.gpus", "limits.memory"),
                with("queue", "{'maxPending':0}").isInvalidAt("queue.maxPending"),
                with("queue", "{'ttlSeconds':604801}").isInvalidAt("queue.ttlSeconds"),
                with("retry", "{'maxAttempts':11}").isInvalidAt("retry.maxAttempts"),
                with("retry", "{'backoffSeconds':-1}").isInvalidAt("retry.backoffSeconds"),
                with("retry", "{'on':['boredom']}").isInvalidAt("retry.on[0]"),
                with("retry", "{'on':'exit_code'}").isInvalidAt("retry.on"),
                with("retry", "{'on':['exit_code','exit_code']}").isInvalidAt("retry.on"),
                with("prewarm", "{'min':-1}").isInvalidAt("prewarm.min"));
    }

    private static Stream<Refusal> environment() {
        return Stream.of(
                with("env", "{'1A':'x'}").isInvalidAt("env.1A"),
                with("env", "{'A=B':'x'}").isInvalidAt("env.A=B"),
                with("env", "{'A B':'x'}").isInvalidAt("env.A B"),
                with("env", "{'A-B':'x'}").isInvalidAt("env.A-B"),
                with("env", "{'':'x'}").isInvalidAt("env."),
                with("env", "{'A\\u0000':'x'}").isInvalidAt("env.A?"),
                with("env", "{'A\\n':'x'}").isInvalidAt("env.A?"),
                with("env", "{'\\ud800':'x'}").isInvalidAt("env.?"),
                with("env", "{'A':'x\\u0000y'}").isInvalidAt("env.A"),
                with("env", "{'A':'\\udfff'}").isInvalidAt("env.A"),
                with("env", "{'A':1}").isInvalidAt("env.A"),
                with("env", "{'A':null}").isInvalidAt("env.A"),
                with("env", "{'A':['x']}").isInvalidAt("env.A"),
                with("env", "{" + many(65, "V") + "}").isInvalidAt("env"),
                with("env", "{'A':'" + "x".repeat(32_768) + "'}").isInvalidAt("env"),
                with("env", "{'A':'" + "x".repeat(40_000) + "'}").isInvalidAt("env.A"));
    }

    private static Stream<Refusal> labels() {
        return Stream.of(
                with("labels", "{'a b':'x'}").isInvalidAt("labels.a b"),
                with("labels", "{'-a':'x'}").isInvalidAt("labels.-a"),
                with("labels", "{'':'x'}").isInvalidAt("labels."),
                with("labels", "{'a':1}").isInvalidAt("labels.a"),
                with("labels", "{'a':'" + "x".repeat(257) + "'}").isInvalidAt("labels.a"),
                with("labels", "{" + many(17, "l") + "}").isInvalidAt("labels"));
    }

    private static Stream<Refusal> notYet() {
        return Stream.of(
                with("mode", "'server'").isInvalidAt("mode"),
                with("argumentAs", "'stdin'").isInvalidAt("argumentAs"),
                with("secrets", "['db']").isInvalidAt("secrets[0]"),
                with("secrets", "['../db']").isInvalidAt("secrets[0]"),
                with("privileged", "true").isInvalidAt("privileged"),
                with("volumes", "['/:/host']").isInvalidAt("volumes"),
                with("user", "'root'").isInvalidAt("user"),
                with("limits.memoryMb", "1").isInvalidAt("limits.memoryMb"));
    }

    private static Stream<Refusal> dryRuns() {
        var body = "{'name':'never-made','image':'busybox'}";
        var values = Stream.of("", "1", "yes", "TRUE", "true%20", "true,false", "%00", "null")
                .flatMap(value -> Stream.of(
                        request("dryRun=" + value, "POST", "/v1/functions?dryRun=" + value)
                                .asUser()
                                .json(body),
                        request("dryRun=" + value, "PUT", "/v1/functions/{fn}?dryRun=" + value)
                                .asUser()
                                .json(body),
                        request("dryRun=" + value, "PATCH", "/v1/functions/{fn}?dryRun=" + value)
                                .asUser()
                                .json("{}"),
                        request("dryRun=" + value, "POST", "/v1/functions/{fn}/rollback?dryRun=" + value)
                                .asUser()
                                .json("{'revision':1}")))
                .map(row -> row.isInvalidAt("dryRun"));
        var bodies = Stream.of(
                request("an invalid dry run", "POST", "/v1/functions?dryRun=true")
                        .asUser()
                        .json("{'name':'A','image':'busybox','extra':1}")
                        .isInvalidAt("name", "extra"),
                request("a dry run of an invalid patch", "PATCH", "/v1/functions/{fn}?dryRun=true")
                        .asUser()
                        .json("{'concurrency':0}")
                        .isInvalidAt("concurrency"));
        return Stream.concat(values, bodies);
    }

    private static Stream<Refusal> together() {
        return Stream.of(
                create("nothing", "{}").isInvalidAt("name", "image"),
                create(
                                "everything wrong",
                                "{'name':'A','image':'--privileged','description':1,'entrypoint':[1],'command':'x',"
                                        + "'env':{'1':'x','B':2},'labels':{'-':'x'},'network':'host',"
                                        + "'limits':{'memoryMb':0,'cpus':'1','disk':1},'concurrency':0,"
                                        + "'queue':{'maxPending':0},'retry':{'on':['x']},'delivery':'x',"
                                        + "'readOnlyRoot':'x','prewarm':{'max':1},'extra':1}")
                        .isInvalidAt(
                                "name",
                                "image",
                                "description",
                                "entrypoint[0]",
                                "command",
                                "env.1",
                                "env.B",
                                "labels.-",
                                "network",
                                "limits.memoryMb",
                                "limits.cpus",
                                "limits.disk",
                                "concurrency",
                                "queue.maxPending",
                                "retry.on[0]",
                                "delivery",
                                "readOnlyRoot",
                                "prewarm.max",
                                "extra"));
    }

    private static String many(int count, String prefix) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'" + prefix + i + "':'x'")
                .collect(Collectors.joining(","));
    }

    private static Refusal with(String field, String value) {
        return create(
                field + " as " + brief(value), "{'name':'never-made','image':'busybox','" + field + "':" + value + "}");
    }

    private static Refusal create(String what, String json) {
        return request(what, "POST", "/v1/functions").asUser().json(json);
    }

    private static String brief(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
