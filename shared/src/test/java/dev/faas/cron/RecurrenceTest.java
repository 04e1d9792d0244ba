package dev.faas.cron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows without a comment are rules of OCPS 1.0, revision 2, by its sections. */
class RecurrenceTest {
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z"); // a Thursday

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            * * * * *           | 2026-01-01T00:01:00Z 2026-01-01T00:02:00Z 2026-01-01T00:03:00Z
            \t 5\t * *  * * \t  | 2026-01-01T00:05:00Z 2026-01-01T01:05:00Z 2026-01-01T02:05:00Z
            0,15,30,45 0 1 1 *  | 2026-01-01T00:15:00Z 2026-01-01T00:30:00Z 2026-01-01T00:45:00Z
            5-59/15 0 * * *     | 2026-01-01T00:05:00Z 2026-01-01T00:20:00Z 2026-01-01T00:35:00Z
            */100 * * * *       | 2026-01-01T01:00:00Z 2026-01-01T02:00:00Z 2026-01-01T03:00:00Z
            1-2,2-3 0 * * *     | 2026-01-01T00:01:00Z 2026-01-01T00:02:00Z 2026-01-01T00:03:00Z
            0 9-17 * * mon-Fri  | 2026-01-01T09:00:00Z 2026-01-01T10:00:00Z 2026-01-01T11:00:00Z
            0 0 1 jan,Jul *     | 2026-07-01T00:00:00Z 2027-01-01T00:00:00Z 2027-07-01T00:00:00Z
            0 0 * * 0           | 2026-01-04T00:00:00Z 2026-01-11T00:00:00Z 2026-01-18T00:00:00Z
            0 0 * * 7           | 2026-01-04T00:00:00Z 2026-01-11T00:00:00Z 2026-01-18T00:00:00Z
            0 0 * * FRI-SUN     | 2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z
            0 12 13 * FRI       | 2026-01-02T12:00:00Z 2026-01-09T12:00:00Z 2026-01-13T12:00:00Z
            0 12 */10 * FRI     | 2026-01-01T12:00:00Z 2026-01-02T12:00:00Z 2026-01-09T12:00:00Z
            0 0 29 2 *          | 2028-02-29T00:00:00Z 2032-02-29T00:00:00Z 2036-02-29T00:00:00Z
            0 0 31 2 MON        | 2026-02-02T00:00:00Z 2026-02-09T00:00:00Z 2026-02-16T00:00:00Z
            */20 * * * * *      | 2026-01-01T00:00:20Z 2026-01-01T00:00:40Z 2026-01-01T00:01:00Z
            15 30 4 * * *       | 2026-01-01T04:30:15Z 2026-01-02T04:30:15Z 2026-01-03T04:30:15Z
            @hourly             | 2026-01-01T01:00:00Z 2026-01-01T02:00:00Z 2026-01-01T03:00:00Z
            @daily              | 2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z
            @midnight           | 2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z
            @weekly             | 2026-01-04T00:00:00Z 2026-01-11T00:00:00Z 2026-01-18T00:00:00Z
            @monthly            | 2026-02-01T00:00:00Z 2026-03-01T00:00:00Z 2026-04-01T00:00:00Z
            @yearly             | 2027-01-01T00:00:00Z 2028-01-01T00:00:00Z 2029-01-01T00:00:00Z
            @annually           | 2027-01-01T00:00:00Z 2028-01-01T00:00:00Z 2029-01-01T00:00:00Z
            @every 90s          | 2026-01-01T00:01:30Z 2026-01-01T00:03:00Z 2026-01-01T00:04:30Z
            @every 1d           | 2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z
            """)
    void givenAPattern_whenTheNextTimesAreAsked_thenTheyAreThoseOfTheSpecification(String cron, String expected) {
        var recurrence = Recurrence.parse(cron, Recurrence.zone("UTC"), DstPolicy.ONCE, NEW_YEAR);

        assertThat(texts(times(recurrence, NEW_YEAR, 3))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ""             | has 0 fields
            * * * *        | has 4 fields. Write 5 (minute, hour, day of month, month, day of week), or 6
            0 0 0 1 1 * 30 | the seventh field, at character 13: a year is not supported
            60 * * * *     | the field minute, at character 1: '60' is out of range. Write a number from 0 to 59
            0 24 * * *     | the field hour, at character 3: '24' is out of range
            0 0 0 * *      | the field day of month, at character 5: '0' is out of range
            0 0 1 13 *     | the field month, at character 7: '13' is out of range. Write a number from 1 to 12, or a name
            0 0 1 * 8      | the field day of week, at character 9: '8' is out of range
            0 0 1 * 1,foo  | the field day of week, at character 11: 'foo' is not a value
            0 0 JAN * *    | the field day of month, at character 5: 'JAN' is not a value
            1,,2 * * * *   | the field minute, at character 3: '' is not a value
            0/15 * * * *   | the field minute, at character 1: the step in '0/15' has no range before it. Write '0-59/15'
            /30 * * * *    | the field minute, at character 1: the step in '/30' has no range before it. Write '*/30'
            */0 * * * *    | the field minute, at character 3: the step '0' is not a number of at least 1
            */x * * * *    | the field minute, at character 3: the step 'x' is not a number of at least 1
            * 17-9 * * *   | the field hour, at character 3: the range '17-9' ends before it begins. Write '17-23,0-9'
            1-2-3 * * * *  | the field minute, at character 3: '2-3' is not a value
            -5 * * * *     | the field minute, at character 1: '' is not a value
            0 0 ? * *      | the field day of month, at character 5: '?' is not supported: write '*'
            0 0 L * *      | the field day of month, at character 5: 'L' (last) is not supported
            0 0 * * 5L     | the field day of week, at character 9: 'L' (last) is not supported
            0 0 15W * *    | the field day of month, at character 5: 'W' (nearest weekday) is not supported
            0 0 * * 1#2    | the field day of week, at character 10: '#' is not supported
            0 0 1 * +MON   | the field day of week, at character 9: '+' is not supported
            0 0 31 2 *     | never matches: no month of the field month has a day 31
            0 0 31 4,6 *   | never matches
            0 0 30-31 2 *  | never matches
            @reboot        | '@reboot' is not supported
            @Daily         | '@Daily' must be in lower case: '@daily'
            @daily 5       | '@daily 5' is not a nickname
            @often         | '@often' is not a nickname
            @every         | '@every' is not a period
            @every 0s      | '@every 0s' is not a period
            @every 5       | '@every 5' is not a period
            @every 367d    | '@every 367d' is not a period
            """)
    void givenAWrongPattern_whenParsed_thenTheMessageNamesFieldAndPosition(String cron, String message) {
        assertThatThrownBy(() -> Recurrence.parse(cron, Recurrence.zone("UTC"), DstPolicy.ONCE, NEW_YEAR))
                .isInstanceOf(CronException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+02:00", "CET+1", "Europe/Nowhere", "europe/berlin", "SystemV/EST5"})
    void givenNoNameOfTheZoneDatabase_whenParsed_thenItIsRefused(String zone) {
        assertThatThrownBy(() -> Recurrence.zone(zone)).isInstanceOf(CronException.class);
    }

    /** Times that do not fire are in brackets. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *   | once | Europe/Berlin       | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z
            30 2 * * *   | skip | Europe/Berlin       | 2026-03-28T12:00:00Z | (2026-03-29T01:00:00Z) 2026-03-30T00:30:00Z
            0,30 2,3 * * * | once | Europe/Berlin     | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z
            0,30 2,3 * * * | skip | Europe/Berlin     | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z
            30 2 * * *   | once | Europe/Berlin       | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z
            30 2 * * *   | skip | Europe/Berlin       | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z 2026-10-26T01:30:00Z
            30 2 * * *   | once | Europe/Berlin       | 2026-10-25T00:45:00Z | 2026-10-26T01:30:00Z 2026-10-27T01:30:00Z
            30 * * * *   | skip | Europe/Berlin       | 2026-03-29T00:00:00Z | 2026-03-29T00:30:00Z 2026-03-29T01:30:00Z
            30 * * * *   | once | Europe/Berlin       | 2026-10-25T00:00:00Z | 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z
            */40 2 * * * | once | Europe/Berlin       | 2026-03-28T12:00:00Z | 2026-03-30T00:00:00Z 2026-03-30T00:40:00Z
            */40 2 * * * | once | Europe/Berlin       | 2026-10-25T00:30:00Z | 2026-10-25T00:40:00Z 2026-10-25T01:00:00Z
            30 0 * * *   | once | Africa/Cairo        | 2026-04-23T12:00:00Z | 2026-04-23T22:00:00Z 2026-04-24T21:30:00Z
            10 2 * * *   | once | Australia/Lord_Howe | 2026-10-02T16:00:00Z | 2026-10-03T15:30:00Z 2026-10-04T15:10:00Z
            0 12 30 12 * | once | Pacific/Apia        | 2011-12-01T00:00:00Z | 2011-12-30T10:00:00Z 2012-12-29T22:00:00Z
            0 12 30 12 * | skip | Pacific/Apia        | 2011-12-01T00:00:00Z | (2011-12-30T10:00:00Z) 2012-12-29T22:00:00Z
            @every 12h   | once | Europe/Berlin       | 2026-03-28T23:00:00Z | 2026-03-29T00:00:00Z 2026-03-29T12:00:00Z
            """)
    void givenAChangeOfTheClock_whenTheNextTimesAreAsked_thenThePolicyHolds(
            String cron, String dst, String zone, Instant after, String expected) {
        var recurrence = Recurrence.parse(cron, Recurrence.zone(zone), policy(dst), NEW_YEAR);

        assertThat(texts(times(recurrence, after, 2))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            30 2 * * *       | once | 2026-03-29T01:00:00Z | 02:30 does not exist in this zone; dst is once, so it runs
            30 2 * * *       | skip | 2026-03-29T01:00:00Z | 02:30 does not exist in this zone; dst is skip, so nothing runs.
            0-59/10 2 * * *  | once | 2026-03-29T01:00:00Z | 02:00, 02:10, 02:20, 02:30, 02:40 and 1 more do not exist
            30 2 * * *       | once | 2026-10-25T00:30:00Z | 02:30 comes twice on this day; the first one counts.
            """)
    void givenATimeThatAChangeOfTheClockMeets_whenExplained_thenItNamesTheWallTimes(
            String cron, String dst, Instant instant, String expected) {
        var recurrence = Recurrence.parse(cron, Recurrence.zone("Europe/Berlin"), policy(dst), NEW_YEAR);

        assertThat(recurrence.at(instant).orElseThrow().explanation().orElseThrow())
                .startsWith(expected);
    }

    @Test
    void givenAPeriod_whenItsAnchorIsInTheFuture_thenTheAnchorIsTheFirstTime() {
        var recurrence = Recurrence.parse(
                "@every 5m",
                Recurrence.zone("UTC"),
                DstPolicy.ONCE,
                NEW_YEAR.plusSeconds(7).plusMillis(900));

        assertThat(texts(times(recurrence, NEW_YEAR, 2))).isEqualTo("2026-01-01T00:00:07Z 2026-01-01T00:05:07Z");
        assertThat(recurrence.at(NEW_YEAR)).isEmpty();
    }

    /** The tables are made by the programs beside them, which say what they leave out. */
    static Stream<Arguments> recordedTimes() {
        return Stream.of("croner", "cronsim")
                .flatMap(oracle -> lines(oracle)
                        .map(line -> line.split("\t"))
                        .map(row -> Arguments.of(oracle, row[0], row[1], row[2], row[3])));
    }

    @ParameterizedTest
    @MethodSource("recordedTimes")
    void givenARandomPattern_whenTheNextTimesAreAsked_thenAnotherImplementationFindsTheSame(
            String oracle, String cron, String zone, Instant after, String seconds) {
        var expected = Arrays.stream(seconds.split(" "))
                .map(each -> Instant.ofEpochSecond(Long.parseLong(each)))
                .toList();

        var recurrence = Recurrence.parse(cron, ZoneId.of(zone), DstPolicy.ONCE, NEW_YEAR);

        assertThat(times(recurrence, after, expected.size()))
                .as(oracle)
                .extracting(CronTime::instant)
                .isEqualTo(expected);
    }

    private static Stream<String> lines(String oracle) {
        var table = Objects.requireNonNull(RecurrenceTest.class.getResourceAsStream("/cron/" + oracle + ".tsv"));
        try (var reader = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
            return reader.readAllLines().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static DstPolicy policy(String name) {
        return name.equals("skip") ? DstPolicy.SKIP : DstPolicy.ONCE;
    }

    private static List<CronTime> times(Recurrence recurrence, Instant after, int count) {
        var times = new ArrayList<CronTime>();
        var last = after;
        while (times.size() < count) {
            times.add(recurrence.next(last));
            last = times.getLast().instant();
        }
        return times;
    }

    private static String texts(List<CronTime> times) {
        return String.join(
                " ",
                times.stream()
                        .map(time -> time.fires() ? time.instant().toString() : "(" + time.instant() + ")")
                        .toList());
    }
}
