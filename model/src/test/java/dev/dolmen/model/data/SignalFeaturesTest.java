package dev.dolmen.model.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SignalFeaturesTest {
  private static final SignalFeatures.OfSession SESSION = new SignalFeatures.OfSession(5, 2, 7);

  private static final SignalFeatures.Likeness NOT_LIKE = new SignalFeatures.Likeness();

  private static float[] features(int distance, int occurrences, float strength, float visits) {
    float[][] out = new float[SignalFeatures.COUNT][3];
    SignalFeatures.write(
        distance,
        occurrences,
        strength,
        strength,
        strength,
        strength,
        visits,
        NOT_LIKE,
        SESSION,
        out,
        1);
    float[] features = new float[SignalFeatures.COUNT];
    for (int f = 0; f < features.length; f++) {
      features[f] = out[f][1];
    }
    return features;
  }

  @Test
  void tellsWhatTheSessionHasSeenFromWhatIsNew() {
    assertThat(features(0, 0, 0.5f, 3)).startsWith(0, 0, 0);
    assertThat(features(1, 3, 0, 3)).startsWith(1, 1 / 3f, 1).containsSequence(1.5f, 1, 2 / 3f);
    assertThat(features(2, 1, 0, 3)).startsWith(1, 2 / 3f, 0);
  }

  @Test
  void farAwayIsFarAway() {
    assertThat(features(10, 4, 0, 3)).isEqualTo(features(500, 20, 0, 3));
  }

  @Test
  void growsWithStrengthAndVisits() {
    float[] before = features(0, 0, 0, 0);
    assertThat(before[3]).isEqualTo(-3.5f);
    for (float strength = 0.001f; strength < 8; strength *= 1.3f) {
      float[] more = features(0, 0, strength, 100 * strength);
      assertThat(more[3]).isGreaterThan(before[3]).isEqualTo(more[4]).isEqualTo(more[11]);
      assertThat(more[12]).isEqualTo(strength);
      assertThat(more[9]).isGreaterThan(before[9]);
      before = more;
    }
    for (float each : before) {
      assertThat(each).isBetween(-5f, 8f);
    }
  }

  /** What visits are worth is asked of nothing that is merely like the session's items. */
  @Test
  void saysWhereVisitsSaySomething() {
    assertThat(features(0, 0, 0, 3)[SignalFeatures.VISITED]).isZero();
    assertThat(features(1, 1, 0, 0)[SignalFeatures.VISITED]).isOne();
    assertThat(features(0, 0, 1e-6f, 0)[SignalFeatures.VISITED]).isOne();
  }

  /** What is like the session's items is told apart by whether anybody has visited it. */
  @Test
  void likenessCountsApartWhereNobodyHasVisitedTheItem() {
    SignalFeatures.Likeness like = new SignalFeatures.Likeness();
    like.share = 0.7f;
    like.most = 0.8f;
    like.toLast = 0.25f;
    like.mean = 0.5f;
    float[][] out = new float[SignalFeatures.COUNT][2];
    SignalFeatures.write(0, 0, 0, 0, 0, 0, 0, like, SESSION, out, 0);
    SignalFeatures.write(0, 0, 0, 0, 0, 0, 3, like, SESSION, out, 1);
    for (int item = 0; item < 2; item++) {
      assertThat(new float[] {out[13][item], out[14][item], out[15][item], out[16][item]})
          .containsExactly(0.7f, 0.8f, 0.25f, 0.5f);
    }
    assertThat(out[17][0]).isEqualTo(0.5f);
    assertThat(out[17][1]).isEqualTo(0.125f);
  }

  @Test
  void logarithmIsRightAtPowersOfTwoAndNearlyBetween() {
    assertThat(SignalFeatures.log2(8)).isEqualTo(3);
    assertThat(SignalFeatures.log2(0.125f)).isEqualTo(-3);
    for (float x = 0.01f; x < 100; x *= 1.07f) {
      assertThat((double) SignalFeatures.log2(x))
          .isCloseTo(Math.log(x) / Math.log(2) - 0.045, within(0.046));
    }
  }
}
