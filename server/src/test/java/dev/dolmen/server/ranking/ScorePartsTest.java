package dev.dolmen.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.v1.Explanation;
import dev.dolmen.v1.ScorePart;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScorePartsTest {
  private final ScoreParts parts = new ScoreParts();

  /** As a client adds them up. */
  static double sum(Explanation explanation) {
    double sum = 0;
    for (ScorePart part : explanation.getPartsList()) {
      sum += part.getValue();
    }
    return sum;
  }

  /** Of all sizes: numbers next to which others are lost in a double, too. */
  private static float number(Random random) {
    float number = (float) random.nextGaussian();
    return random.nextInt(4) == 0 ? 0 : Math.scalb(number, random.nextInt(120) - 60);
  }

  @Test
  void addUpToTheBitWhateverTheirSizes() {
    Random random = new Random(5);
    int twice = 0;
    for (int round = 0; round < 100_000; round++) {
      parts.begin();
      int n = 1 + random.nextInt(7);
      float next = 0;
      for (int i = 0; i < n; i++) {
        next = number(random);
        parts.add("part" + i, next, -1);
      }
      Explanation explanation = parts.end("", "");
      assertThat(sum(explanation)).isEqualTo(next);
      twice += explanation.getPartsCount() > n ? 1 : 0;
    }
    assertThat(twice).isPositive();
  }

  @Test
  void twoPartsOfOneSizeComeOnce() {
    parts.begin();
    parts.add("a", 0.1f, -1);
    parts.add("b", 0.3f, 2);
    parts.add("c", 0.2f, -1);
    Explanation explanation = parts.end("x", "y");
    assertThat(explanation.getPartsList().stream().map(ScorePart::getName))
        .containsExactly("a", "b", "c");
    assertThat(explanation.getParts(1).getValue()).isEqualTo((double) 0.3f - 0.1f);
    assertThat(explanation.getParts(1).getEvent()).isEqualTo(2);
    assertThat(explanation.getParts(2).hasEvent()).isFalse();
    assertThat(parts.largest()).isEqualTo("b");
    assertThat(parts.event()).isEqualTo(2);
  }
}
