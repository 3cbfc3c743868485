package dev.dolmen.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SignalNetworkTest {
  /** However many items are asked for at once, each gets what it gets alone. */
  @Test
  void addsToAnItemWhatItAddsToItAlone() {
    Random random = new Random(1);
    float[] parameters = new float[3 + SignalNetwork.PARAMETERS];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) random.nextGaussian();
    }
    int most = 1_000;
    float[][] features = new float[SignalFeatures.COUNT][most];
    for (float[] column : features) {
      for (int i = 0; i < most; i++) {
        column[i] = (float) random.nextGaussian();
      }
    }
    SignalNetwork network = new SignalNetwork(Kernels.best());
    for (int n : new int[] {0, 1, 13, 255, 256, 257, 512, 700, most}) {
      float[] together = new float[most];
      network.forward(parameters, 3, features, n, together);
      for (int i = 0; i < n; i++) {
        assertThat(together[i]).isCloseTo(alone(network, parameters, features, i), within(1e-3f));
        assertThat(together[i]).isNotZero();
      }
      for (int i = n; i < most; i++) {
        assertThat(together[i]).isZero();
      }
    }
  }

  /** What was learned of visits by one function of everything is what the first function says. */
  @Test
  void takesWhatWasLearnedOfVisitsBefore() {
    int first = 3;
    int behind = 5;
    float[] before =
        new float[first + SignalNetwork.PARAMETERS + SignalNetwork.MORE_BEFORE + behind];
    Random random = new Random(2);
    for (int i = 0; i < before.length; i++) {
      before[i] = (float) random.nextGaussian();
    }
    float[] now = new float[first + SignalNetwork.PARAMETERS + behind];
    SignalNetwork.takeBefore(before, first, now);
    assertThat(Arrays.copyOf(now, first)).isEqualTo(Arrays.copyOf(before, first));
    assertThat(Arrays.copyOfRange(now, now.length - behind, now.length))
        .isEqualTo(Arrays.copyOfRange(before, before.length - behind, before.length));
    float[][] features = new float[SignalFeatures.COUNT][1];
    for (int f = 0; f < SignalFeatures.OF_VISITS; f++) {
      features[f][0] = (float) random.nextGaussian();
    }
    features[SignalFeatures.VISITED][0] = 1;
    float[] added = new float[1];
    new SignalNetwork(Kernels.best()).forward(now, first, features, 1, added);
    assertThat((double) added[0]).isCloseTo(oneFunction(before, first, features), within(1e-4));
  }

  private static double oneFunction(float[] parameters, int first, float[][] features) {
    int all = SignalFeatures.VISITED;
    int biases = first + all * 16;
    double sum = 0;
    for (int f = 0; f < all; f++) {
      sum += parameters[biases + 32 + f] * features[f][0];
    }
    for (int h = 0; h < 16; h++) {
      double unit = parameters[biases + h];
      for (int f = 0; f < all; f++) {
        unit += parameters[first + f * 16 + h] * features[f][0];
      }
      sum += Math.max(0, unit) * parameters[biases + 16 + h];
    }
    return sum;
  }

  private static float alone(SignalNetwork network, float[] parameters, float[][] features, int i) {
    float[][] one = new float[SignalFeatures.COUNT][1];
    for (int f = 0; f < one.length; f++) {
      one[f][0] = features[f][i];
    }
    float[] added = new float[1];
    network.forward(parameters, 3, one, 1, added);
    return added[0];
  }
}
