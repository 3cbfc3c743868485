package dev.dolmen.server.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plane against all eigenvalues of the covariance, by Jacobi's rotations. */
class PlaneTest {
  private static final Offset<Double> CLOSE = within(1e-6);

  /** Vectors about a point, [n][D], of other spread along each of some skew directions. */
  private static float[][] vectors(int n, int width, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] skew = new float[width][width];
    for (float[] row : skew) {
      for (int i = 0; i < width; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    float[][] vectors = new float[n][width];
    for (float[] vector : vectors) {
      Arrays.fill(vector, 0.3f);
      for (int direction = 0; direction < width; direction++) {
        double far = random.nextGaussian() / (direction + 1);
        for (int i = 0; i < width; i++) {
          vector[i] += (float) (far * skew[direction][i] / width);
        }
      }
    }
    return vectors;
  }

  private static VectorSpread spread(int width, float[]... vectors) {
    VectorSpread spread = new VectorSpread(width);
    for (float[] vector : vectors) {
      spread.add(vector);
    }
    return spread;
  }

  /** Of a symmetric matrix, largest first. */
  private static double[] eigenvalues(double[] symmetric, int n) {
    double[] a = symmetric.clone();
    for (int sweep = 0; sweep < 60; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, n, p, q);
        }
      }
    }
    double[] ascending = IntStream.range(0, n).mapToDouble(i -> a[i * n + i]).sorted().toArray();
    return IntStream.range(0, n).mapToDouble(i -> ascending[n - 1 - i]).toArray();
  }

  private static void rotate(double[] a, int n, int p, int q) {
    double angle = Math.atan2(2 * a[p * n + q], a[q * n + q] - a[p * n + p]) / 2;
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    for (int k = 0; k < n; k++) {
      double one = a[k * n + p];
      double other = a[k * n + q];
      a[k * n + p] = cos * one - sin * other;
      a[k * n + q] = sin * one + cos * other;
    }
    for (int k = 0; k < n; k++) {
      double one = a[p * n + k];
      double other = a[q * n + k];
      a[p * n + k] = cos * one - sin * other;
      a[q * n + k] = sin * one + cos * other;
    }
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }

  private static void assertIsPlane(Plane plane) {
    assertThat(dot(plane.right(), plane.right())).isCloseTo(1, CLOSE);
    assertThat(dot(plane.up(), plane.up())).isCloseTo(1, CLOSE);
    assertThat(dot(plane.right(), plane.up())).isCloseTo(0, CLOSE);
    assertThat(plane.shownVariance()).isBetween(0.0, 1.0);
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8, 13, 64})
  void showsAsMuchOfTheVarianceAsAnyPlaneCan(int width) {
    float[][] vectors = vectors(500, width, width);
    VectorSpread spread = spread(width, vectors);
    Plane plane = Plane.of(spread, null);
    assertIsPlane(plane);
    double[] exact = eigenvalues(spread.covariance(), width);
    double all = Arrays.stream(exact).sum();
    assertThat(plane.shownVariance()).isCloseTo((exact[0] + exact[1]) / all, within(1e-5));
    double[] x = Arrays.stream(vectors).mapToDouble(plane::x).toArray();
    double[] y = Arrays.stream(vectors).mapToDouble(plane::y).toArray();
    assertThat(Arrays.stream(x).average().orElseThrow()).isCloseTo(0, CLOSE);
    assertThat(Arrays.stream(y).average().orElseThrow()).isCloseTo(0, CLOSE);
    assertThat(variance(x) / all).isCloseTo(exact[0] / all, within(1e-3));
    assertThat(variance(x) + variance(y)).isCloseTo(exact[0] + exact[1], within(1e-4 * all));
    double together =
        IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).average().orElseThrow();
    assertThat(together / all).isCloseTo(0, within(1e-3));
  }

  @Test
  void liesWhereItCanWhenThereIsLittleToShow() {
    int width = 8;
    float[] one = vectors(1, width, 1)[0];
    float[] other = vectors(1, width, 2)[0];
    for (VectorSpread spread :
        new VectorSpread[] {spread(width), spread(width, one), spread(width, one, one, one)}) {
      Plane plane = Plane.of(spread, null);
      assertIsPlane(plane);
      assertThat(plane.shownVariance()).isEqualTo(1);
    }
    Plane line = Plane.of(spread(width, one, other), null);
    assertIsPlane(line);
    assertThat(line.shownVariance()).isCloseTo(1, CLOSE);
    assertThat((double) line.x(one)).isCloseTo(-line.x(other), CLOSE);
    assertThat((double) line.y(one)).isCloseTo(0, CLOSE);
    assertThat(Math.hypot(line.x(one) - line.x(other), 0))
        .isCloseTo(
            Math.sqrt(
                IntStream.range(0, width)
                    .mapToDouble(i -> Math.pow((double) one[i] - other[i], 2))
                    .sum()),
            CLOSE);
  }

  /** However the axes of the one before lie in it, turned or mirrored. */
  @Test
  void staysAsItWasWhereTheVectorsDo() {
    int width = 13;
    float[][] vectors = vectors(300, width, 5);
    Plane plane = Plane.of(spread(width, vectors), null);
    for (int mirrored = -1; mirrored <= 1; mirrored += 2) {
      for (double angle = 0; angle < 6; angle += 0.7) {
        double[] right = combined(plane, Math.cos(angle), Math.sin(angle));
        double[] up = combined(plane, -mirrored * Math.sin(angle), mirrored * Math.cos(angle));
        Plane before = new Plane(plane.middle(), right, up, plane.shownVariance());
        Plane after = Plane.of(spread(width, vectors), before);
        assertIsPlane(after);
        for (float[] vector : vectors) {
          assertThat((double) after.x(vector)).isCloseTo(before.x(vector), within(1e-4));
          assertThat((double) after.y(vector)).isCloseTo(before.y(vector), within(1e-4));
        }
      }
    }
  }

  private static double[] combined(Plane plane, double right, double up) {
    return IntStream.range(0, plane.right().length)
        .mapToDouble(i -> right * plane.right()[i] + up * plane.up()[i])
        .toArray();
  }

  @Test
  void findsThePlaneFromOneThatIsOrthogonalToIt() {
    int width = 4;
    VectorSpread spread = new VectorSpread(width);
    for (int i = 0; i < 100; i++) {
      spread.add(new float[] {(float) Math.cos(i), (float) Math.sin(i), 0, 0});
    }
    Plane before =
        new Plane(new double[width], new double[] {0, 0, 1, 0}, new double[] {0, 0, 0, 1}, 1);
    Plane plane = Plane.of(spread, before);
    assertIsPlane(plane);
    assertThat(plane.shownVariance()).isCloseTo(1, CLOSE);
  }
}
