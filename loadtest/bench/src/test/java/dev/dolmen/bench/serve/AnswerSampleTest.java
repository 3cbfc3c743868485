package dev.dolmen.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.bench.serve.AnswerSample.Answers;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerSampleTest {
  @Test
  void recallIsTheMeanShareOfTheExactItems() {
    Answers exact = new Answers(List.of(List.of("a", "b"), List.of("c", "d"), List.of()), 1);
    Answers other = new Answers(List.of(List.of("b", "a"), List.of("d", "e"), List.of("f")), 1);
    assertThat(other.recallOf(exact)).isEqualTo(0.75);
    assertThat(exact.recallOf(exact)).isEqualTo(1);
    assertThat(new Answers(List.of(), 1).recallOf(new Answers(List.of(), 1))).isNaN();
  }

  @Test
  void filledIsOfWhatWasAskedForAndThereIs() {
    Answers answers = new Answers(List.of(List.of("a", "b"), List.of("a")), 1);
    assertThat(answers.filled(2)).isEqualTo(0.75);
    assertThat(answers.filled(1_000)).isEqualTo(3 / 40.0);
    assertThat(answers.filled(0)).isNaN();
  }
}
