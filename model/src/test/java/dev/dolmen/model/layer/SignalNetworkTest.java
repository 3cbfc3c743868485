package dev.dolmen.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.model.data.SignalFeatures;
import dev.dolmen.model.kernel.Kernels;
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
