package dev.dolmen.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.signals.SignalParts.Signal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PartNameTest {
  @ParameterizedTest
  @CsvSource({
    "prior, popular_here, popular_here",
    "popularity, popular_here, popular_here",
    "behind, popular_here, popular_here",
    "newness, new_in, new_in",
    "cosine, follows, follows",
    "seen, seen, seen",
    "repeats, seen, seen",
    "likeness, like, like",
    "similar_visits, similar_visits, similar_visits",
    "neighbors, similar_visits, similar_visits",
    "visited_together, visited_with, bought_with",
    "visited_together_recently, visited_with, bought_with",
    "co_occurrence, visited_with, bought_with"
  })
  void aScoreHasTheReasonOfItsLargestPart(String part, String visited, String bought) {
    assertThat(PartName.reason(part, false)).isEqualTo(visited);
    assertThat(PartName.reason(part, true)).isEqualTo(bought);
  }

  @ParameterizedTest
  @EnumSource(Signal.class)
  void eachSignalIsAReasonThatNamesAnItem(Signal signal) {
    String part = PartName.of(signal);
    assertThat(PartName.reason(part, false)).isNotEmpty();
    assertThat(PartName.isOfEvent(part)).isTrue();
  }

  @Test
  void whatIsNoPartHasNoReason() {
    assertThatThrownBy(() -> PartName.reason("weather", false)).hasMessageContaining("weather");
  }
}
