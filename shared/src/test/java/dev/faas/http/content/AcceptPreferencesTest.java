package dev.faas.http.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptPreferencesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    application/json                          | 1
                    APPLICATION/JSON                          | 1
                    application/*                             | 1
                    */*                                       | 1
                    *                                         | 1
                    text/html, */*;q=0.2                      | 0.2
                    */*;q=0.9, application/json;q=0           | 0
                    application/*;q=0, application/json;q=0.5 | 0.5
                    application/json; charset=utf-8 ; q=0.3   | 0.3
                    application/json;q=.4                     | 0.4
                    application/json;q=0.000                  | 0
                    application/json;q=nonsense               | 1
                    application/json;q=0, application/json    | 1
                    text/html                                 | 0
                    application/jsonx                         | 0
                    """)
    void whenATypeIsWeighedThenTheClosestRangeCounts(String header, double weight) {
        assertThat(AcceptPreferences.of(List.of(header)).weightOfType("application/json"))
                .isEqualTo(weight);
    }

    @Test
    void whenThereAreSeveralHeadersThenTheyAreOne() {
        var both = AcceptPreferences.of(List.of("text/html", "application/json;q=0.5"));

        assertThat(both.weightOfType("application/json")).isEqualTo(0.5);
        assertThat(both.weightOfType("text/html")).isEqualTo(1);
    }

    @Test
    void whenNothingCanBeReadThenNothingIsSaid() {
        assertThat(AcceptPreferences.of(List.of("", " , ;,;q=1")).isEmpty()).isTrue();
        assertThat(AcceptPreferences.of(List.of()).isEmpty()).isTrue();
    }

    @Test
    void whenACodingIsWeighedThenItIsTakenOnlyIfAskedFor() {
        assertThat(AcceptPreferences.of(List.of("gzip, br")).weightOfCoding("gzip"))
                .isEqualTo(1);
        assertThat(AcceptPreferences.of(List.of("br, *;q=0.1")).weightOfCoding("gzip"))
                .isEqualTo(0.1);
        assertThat(AcceptPreferences.of(List.of("*, gzip;q=0")).weightOfCoding("gzip"))
                .isZero();
        assertThat(AcceptPreferences.of(List.of()).weightOfCoding("gzip")).isZero();
    }
}
