package dev.dolmen.parameterstore.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbabilisticFilterTest {
  private static final int VALUES = 200_000;

  /** A binomial share strays from its mean by more than so many standard errors once in 30,000. */
  private static final double STANDARD_ERRORS = 4;

  @ParameterizedTest
  @CsvSource({"7, 1", "7, 2", "7, 6", "7, 7", "7, 20", "100, 3", "1, 1"})
  void withoutEqualProbabilityTheChanceIsLinear(int threshold, int occurrences) {
    ProbabilisticFilter filter = new ProbabilisticFilter(threshold, false, 11);
    assertShare(
        admitted(filter, occurrences, 1), Math.min(1, (double) occurrences / threshold), "linear");
  }

  @ParameterizedTest
  @CsvSource({"7, 1", "7, 2", "7, 7", "7, 14", "100, 3", "1, 1"})
  void withEqualProbabilityOneInTwentyIsLeftAtTheThreshold(int threshold, int occurrences) {
    ProbabilisticFilter filter = new ProbabilisticFilter(threshold, true, 12);
    double left = Math.pow(0.05, (double) occurrences / threshold);
    assertShare(admitted(filter, occurrences, 1), 1 - left, "equal");
  }

  /** Twelve occurrences as 12, 6 + 6, 4 + 4 + 4, … in batches. */
  @ParameterizedTest
  @CsvSource({"1", "2", "3", "6", "12"})
  void onlyEqualProbabilityDoesNotMindBatches(int lookUps) {
    int each = 12 / lookUps;
    ProbabilisticFilter equal = new ProbabilisticFilter(20, true, 13);
    assertShare(admitted(equal, each, lookUps), 1 - Math.pow(0.05, 12.0 / 20), "equal");
    ProbabilisticFilter linear = new ProbabilisticFilter(20, false, 14);
    double left = Math.pow(1 - each / 20.0, lookUps);
    assertShare(admitted(linear, each, lookUps), 1 - left, "linear");
  }

  /** Share of values that at least one of so many look-ups admits. */
  private static double admitted(ProbabilisticFilter filter, int occurrences, int lookUps) {
    int admitted = 0;
    for (long fid = 0; fid < VALUES; fid++) {
      boolean any = false;
      for (int i = 0; i < lookUps && !any; i++) {
        int count = filter.admit(fid, occurrences);
        assertThat(count).isIn(0, occurrences);
        any = count > 0;
      }
      admitted += any ? 1 : 0;
    }
    return (double) admitted / VALUES;
  }

  private static void assertShare(double share, double expected, String mode) {
    double standardError = Math.sqrt(expected * (1 - expected) / VALUES);
    assertThat(share).as(mode).isCloseTo(expected, within(STANDARD_ERRORS * standardError + 1e-12));
  }

  /** The same value gets independent draws: runs of two successes are as frequent as they ought. */
  @Test
  void drawsOfOneValueAreIndependent() {
    ProbabilisticFilter filter = new ProbabilisticFilter(2, false, 15);
    int both = 0;
    boolean before = false;
    for (int i = 0; i < VALUES; i++) {
      boolean now = filter.admit(5, 1) > 0;
      both += now && before ? 1 : 0;
      before = now;
    }
    assertThat((double) both / VALUES).isCloseTo(0.25, within(0.005));
  }

  @Test
  void seedsDrawDifferently() {
    ProbabilisticFilter a = new ProbabilisticFilter(2, false, 1);
    ProbabilisticFilter b = new ProbabilisticFilter(2, false, 2);
    int differ = 0;
    for (long fid = 0; fid < 1_000; fid++) {
      differ += a.admit(fid, 1) == b.admit(fid, 1) ? 0 : 1;
    }
    assertThat(differ).isBetween(400, 600);
  }

  @Test
  void stateIsWrittenAndReadBack() throws IOException {
    ProbabilisticFilter filter = new ProbabilisticFilter(3, true, 9);
    for (int i = 0; i < 77; i++) {
      filter.admit(i, 1);
    }
    byte[] state = state(filter);
    ProbabilisticFilter read = new ProbabilisticFilter(3, true, 9);
    assertThat(read.stateHash()).isNotEqualTo(filter.stateHash());
    read.readFrom(in(state));
    assertThat(read.stateHash()).isEqualTo(filter.stateHash());
    for (int i = 0; i < 777; i++) {
      assertThat(read.admit(i, 1)).isEqualTo(filter.admit(i, 1));
    }
  }

  @Test
  void stateOfOtherSettingsIsRefused() throws IOException {
    byte[] state = state(new ProbabilisticFilter(3, true, 9));
    assertThatThrownBy(() -> new ProbabilisticFilter(4, true, 9).readFrom(in(state)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("threshold 4")
        .hasMessageContaining("threshold 3");
    assertThatThrownBy(() -> new ProbabilisticFilter(3, false, 9).readFrom(in(state)))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> new SlidingOccurrenceFilter(3, 100).readFrom(in(state)))
        .isInstanceOf(IOException.class);
    byte[] counted = state(new SlidingOccurrenceFilter(3, 100));
    assertThatThrownBy(() -> new ProbabilisticFilter(3, true, 9).readFrom(in(counted)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("probabilistic");
    assertThatThrownBy(() -> new ProbabilisticFilter(3, true, 9).admit(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] state(AdmissionFilter filter) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    filter.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
