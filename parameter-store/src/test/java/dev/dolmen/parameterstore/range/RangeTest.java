package dev.dolmen.parameterstore.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangeTest {
  @Test
  void bothEndsBelongToARange() {
    WholeRange range = WholeRange.of(-2, 3);
    for (long value = -4; value <= 5; value++) {
      assertThat(range.contains(value)).as("%d", value).isEqualTo(value >= -2 && value <= 3);
    }
    assertThatCode(() -> range.check("a.b", -2)).doesNotThrowAnyException();
    assertThatThrownBy(() -> range.check("a.b", 4)).hasMessage("a.b: 4, expected -2 to 3");
    assertThatThrownBy(() -> WholeRange.of(3, 2)).hasMessage("range: 3 to 2, expected one");
  }

  @Test
  void numbersThatAreNoneAreRefused() {
    NumberRange range = NumberRange.of(0, 1);
    assertThat(range.contains(0)).isTrue();
    assertThat(range.contains(1)).isTrue();
    assertThat(range.contains(Math.nextUp(1.0))).isFalse();
    assertThatThrownBy(() -> range.check("a", Double.NaN)).hasMessage("a: NaN, expected 0 to 1");
    assertThatThrownBy(() -> range.check("a", Float.NaN)).hasMessage("a: NaN, expected 0 to 1");
    assertThatThrownBy(() -> NumberRange.of(0, Double.NaN)).hasMessageContaining("expected one");
  }

  /** A float rounds to either side of what was written: what is written as an end is one. */
  @Test
  void aFloatMayBeWhatAnEndRoundsTo() {
    NumberRange below = NumberRange.of(0.01, 100);
    assertThat((double) 0.01f).isLessThan(0.01);
    assertThatCode(() -> below.check("a", 0.01f)).doesNotThrowAnyException();
    assertThatThrownBy(() -> below.check("a", Math.nextDown(0.01f)))
        .hasMessageEndingWith("expected 0.01 to 100");
    NumberRange above = NumberRange.of(0, 0.1);
    assertThat((double) 0.1f).isGreaterThan(0.1);
    assertThatCode(() -> above.check("a", 0.1f)).doesNotThrowAnyException();
    assertThatThrownBy(() -> above.check("a", Math.nextUp(0.1f)))
        .hasMessageEndingWith("expected 0 to 0.1");
  }

  @Test
  void aboveZeroIsNotZero() {
    NumberRange range = NumberRange.positive(1e15);
    assertThat(range.contains(0)).isFalse();
    assertThat(range.contains(Double.MIN_VALUE)).isTrue();
    assertThatThrownBy(() -> range.check("step", 0.0))
        .hasMessage("step: 0.0, expected above 0 and up to 1.0E15");
  }
}
