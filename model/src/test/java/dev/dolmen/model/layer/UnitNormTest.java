package dev.dolmen.model.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.model.kernel.Kernels;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class UnitNormTest {
  private static final int WIDTH = 4;
  private static final float SCALE = 8;

  private final UnitNorm norm = new UnitNorm(Kernels.best(), WIDTH, SCALE);

  @Test
  void aVectorHasTheLengthAndTheGradientThatBelongsToIt() {
    float[] x = {0.3f, -0.4f, 1.2f, 0};
    float[] dy = {0.5f, 1, -2, 0.25f};
    float[] y = new float[WIDTH];
    float[] inverse = new float[1];
    norm.forward(x, 0, y, 0, inverse, 1);
    assertThat(length(y)).isCloseTo(SCALE, Offset.offset(1e-5));
    float[] dx = new float[WIDTH];
    norm.backward(y, inverse, dy, dx, 1);
    for (int d = 0; d < WIDTH; d++) {
      assertThat((double) dx[d]).isCloseTo(slope(x, dy, d), Offset.offset(0.02));
    }
  }

  /** Its gradient would be ten thousand times as large, and that of what made it more again. */
  @Test
  void whatHasNoLengthHasNoDirectionToLearn() {
    float[] x = {0, 0, 0, 0, 3e-5f, 0, 0, 0, 3e-3f, 0, 0, 0};
    float[] dy = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    float[] y = new float[x.length];
    float[] inverse = new float[3];
    norm.forward(x, 0, y, 0, inverse, 3);
    float[] dx = new float[x.length];
    norm.backward(y, inverse, dy, dx, 3);
    assertThat(dx).startsWith(0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(dx[9]).isBetween(2_000f, 3_000f);
  }

  private double slope(float[] x, float[] dy, int d) {
    float step = 1e-3f;
    double slope = 0;
    for (int sign = -1; sign <= 1; sign += 2) {
      float[] moved = x.clone();
      moved[d] += sign * step;
      float[] y = new float[WIDTH];
      norm.forward(moved, 0, y, 0, new float[1], 1);
      for (int i = 0; i < WIDTH; i++) {
        slope += sign * (double) y[i] * dy[i] / (2 * step);
      }
    }
    return slope;
  }

  private static double length(float[] y) {
    double sum = 0;
    for (float each : y) {
      sum += (double) each * each;
    }
    return Math.sqrt(sum);
  }
}
