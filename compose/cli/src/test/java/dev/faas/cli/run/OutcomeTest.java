package dev.faas.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faas.cli.Doc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            'status':'succeeded','exitCode':0                                          | 0 | 0   | a1 succeeded
            'status':'failed','reason':'exit_code','exitCode':3                        | 1 | 3   | a1 failed: exit code 3 (exit_code)
            'status':'failed','reason':'signal','signal':'SIGSEGV','detail':'Killed by SIGSEGV.' | 1 | 139 | a1 failed: Killed by SIGSEGV (signal)
            'status':'failed','reason':'signal','signal':'SIGRTMIN+2'                  | 1 | 164 | a1 failed: killed by SIGRTMIN+2 (signal)
            'status':'failed','reason':'signal','signal':'signal 33'                   | 1 | 161 | a1 failed: killed by signal 33 (signal)
            'status':'failed','reason':'out_of_memory','detail':'Too much.'            | 1 | 137 | a1 failed: Too much (out_of_memory)
            'status':'timed_out','reason':'timed_out','detail':'Stopped after 5 s.'    | 1 | 124 | a1 timed out: Stopped after 5 s (timed_out)
            'status':'failed','reason':'start_failed','detail':'cannot execute x: No such file or directory' | 1 | 127 | a1 failed: cannot execute x: No such file or directory (start_failed)
            'status':'failed','reason':'start_failed','detail':'cannot execute /etc: Permission denied'      | 1 | 126 | a1 failed: cannot execute /etc: Permission denied (start_failed)
            'status':'failed','reason':'start_failed','detail':'cannot fork a process' | 1 | 125 | a1 failed: cannot fork a process (start_failed)
            'status':'failed','reason':'image_not_found','detail':'no image x'         | 1 | 125 | a1 failed: no image x (image_not_found)
            'status':'failed','reason':'worker_lost'                                   | 1 | 125 | a1 failed (worker_lost)
            'status':'cancelled','reason':'cancelled_by_user'                          | 1 | 125 | a1 cancelled (cancelled_by_user)
            'status':'expired','reason':'queue_ttl'                                    | 1 | 125 | a1 expired (queue_ttl)
            """)
    void tellsHowItEnded(String fields, int exit, int exitOfCommand, String sentence) throws Exception {
        var outcome = of(fields);

        assertThat(outcome.hasEnded()).isTrue();
        assertThat(outcome.exit()).isEqualTo(exit);
        assertThat(outcome.exitOfCommand()).isEqualTo(exitOfCommand);
        assertThat(outcome.sentence()).isEqualTo(sentence);
    }

    @Test
    void tellsWhatWasCut() throws Exception {
        assertThat(of("'status':'succeeded','resultTruncated':true,'resultBytes':1024,'logTruncated':false")
                        .truncations())
                .containsExactly("stdout was cut after 1024 bytes: the function's limits.resultKb");
    }

    private static Outcome of(String fields) throws Exception {
        return new Outcome(
                Doc.parse("{'activationId':'a1',%s}".formatted(fields).replace('\'', '"')));
    }
}
