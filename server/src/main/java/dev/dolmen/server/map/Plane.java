package dev.dolmen.server.map;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The plane through the middle of some vectors in which they differ most: their first two principal
 * components. Immutable.
 *
 * <p>The components are found by orthogonal iteration (Golub and Van Loan, Matrix Computations,
 * section 8.2): two directions are multiplied with the covariance and made orthonormal again, over
 * and over, until the variance that they show grows no more. What is missing after the last round
 * is a picture that shows a little less than it could, not a wrong one.
 */
final class Plane {
  private static final int ROUNDS_MAX = 300;

  /** Multiplications that the rounds may take together: a tenth of a second or so. */
  private static final long PRODUCTS_MAX = 100_000_000;

  /** Rounds end when the shown variance has grown by less than this part. */
  private static final double GROWTH_MIN = 1e-9;

  private final double[] middle;
  private final double[] right;
  private final double[] up;
  private final double shownVariance;

  /**
   * Keeps what it is given.
   *
   * @param middle of the vectors, [D]
   * @param right direction in which x grows, [D], of length 1
   * @param up direction in which y grows, [D], of length 1, orthogonal to {@code right}
   * @param shownVariance see {@link #shownVariance}
   */
  Plane(double[] middle, double[] right, double[] up, double shownVariance) {
    this.middle = middle;
    this.right = right;
    this.up = up;
    this.shownVariance = shownVariance;
  }

  /**
   * The plane of vectors.
   *
   * @param before an earlier one, that this one is turned to be as close to as it can be; null if
   *     there is none: x shows more of the variance than y then
   */
  static Plane of(VectorSpread spread, @Nullable Plane before) {
    int width = spread.width();
    double[] covariance = spread.covariance();
    double[] first = before == null ? start(width, 1) : before.right.clone();
    double[] second = before == null ? start(width, 2) : before.up.clone();
    orthonormal(first, second);
    long rounds = Math.clamp(PRODUCTS_MAX / (2L * width * width), 1, ROUNDS_MAX);
    double shown = 0;
    for (long round = 0; round < rounds; round++) {
      first = times(covariance, first);
      second = times(covariance, second);
      orthonormal(first, second);
      double now = variance(covariance, first) + variance(covariance, second);
      if (now - shown <= GROWTH_MIN * now) {
        break;
      }
      shown = now;
    }
    shown = variance(covariance, first) + variance(covariance, second);
    double all = 0;
    for (int i = 0; i < width; i++) {
      all += covariance[i * width + i];
    }
    double share = all <= 0 ? 1 : Math.clamp(shown / all, 0, 1);
    if (before == null) {
      alongAxes(covariance, first, second);
    } else {
      toward(before, first, second);
    }
    return new Plane(spread.mean(), first, second, share);
  }

  /** Of the vectors, [D]; not written to. */
  double[] middle() {
    return middle;
  }

  /** The direction in which x grows, [D]; not written to. */
  double[] right() {
    return right;
  }

  /** The direction in which y grows, [D]; not written to. */
  double[] up() {
    return up;
  }

  /** The share of the vectors' variance that lies in the plane, 0 to 1; 1 if they do not differ. */
  double shownVariance() {
    return shownVariance;
  }

  /** How far to the right a vector, [D], lies. */
  float x(float[] vector) {
    return along(right, vector);
  }

  /** How far up a vector, [D], lies. */
  float y(float[] vector) {
    return along(up, vector);
  }

  private float along(double[] direction, float[] vector) {
    double sum = 0;
    for (int i = 0; i < direction.length; i++) {
      sum += direction[i] * (vector[i] - middle[i]);
    }
    return (float) sum;
  }

  /** A direction that is unlikely to be orthogonal to what is looked for. */
  private static double[] start(int width, int number) {
    double[] direction = new double[width];
    for (int i = 0; i < width; i++) {
      direction[i] = Math.cos(number * (i + 1.0));
    }
    return direction;
  }

  private static double[] times(double[] matrix, double[] vector) {
    int width = vector.length;
    double[] product = new double[width];
    for (int row = 0; row < width; row++) {
      double sum = 0;
      for (int column = 0; column < width; column++) {
        sum += matrix[row * width + column] * vector[column];
      }
      product[row] = sum;
    }
    return product;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double variance(double[] covariance, double[] direction) {
    return dot(direction, times(covariance, direction));
  }

  /** Makes both of length 1 and the second orthogonal to the first. */
  private static void orthonormal(double[] first, double[] second) {
    unit(first, new double[first.length]);
    unit(second, first);
  }

  /**
   * Makes a direction orthogonal to another and of length 1. One of which nothing is left becomes
   * the axis that is least like the other.
   */
  private static void unit(double[] direction, double[] other) {
    double before = Math.sqrt(dot(direction, direction));
    subtract(direction, other);
    double length = Math.sqrt(dot(direction, direction));
    if (!(length > 1e-9 * before)) {
      int axis = 0;
      for (int i = 0; i < other.length; i++) {
        axis = Math.abs(other[i]) < Math.abs(other[axis]) ? i : axis;
      }
      Arrays.fill(direction, 0);
      direction[axis] = 1;
      subtract(direction, other);
      length = Math.sqrt(dot(direction, direction));
    }
    for (int i = 0; i < direction.length; i++) {
      direction[i] /= length;
    }
  }

  private static void subtract(double[] direction, double[] other) {
    double part = dot(direction, other);
    for (int i = 0; i < direction.length; i++) {
      direction[i] -= part * other[i];
    }
  }

  /** Turns them within their plane so that each is a principal component, the largest first. */
  private static void alongAxes(double[] covariance, double[] first, double[] second) {
    double across = dot(first, times(covariance, second));
    double difference = variance(covariance, first) - variance(covariance, second);
    double angle = Math.atan2(2 * across, difference) / 2;
    turn(
        first,
        second,
        new double[] {Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)});
  }

  /**
   * Turns them within their plane, or mirrors it, so that they are as close to those of another as
   * they can be: the orthogonal Procrustes problem in two dimensions.
   */
  private static void toward(Plane before, double[] first, double[] second) {
    double a = dot(first, before.right);
    double b = dot(first, before.up);
    double c = dot(second, before.right);
    double d = dot(second, before.up);
    double turned = Math.hypot(a + d, c - b);
    double mirrored = Math.hypot(a - d, b + c);
    if (turned >= mirrored && turned > 0) {
      double cos = (a + d) / turned;
      double sin = (c - b) / turned;
      turn(first, second, new double[] {cos, -sin, sin, cos});
    } else if (mirrored > 0) {
      double cos = (a - d) / mirrored;
      double sin = (b + c) / mirrored;
      turn(first, second, new double[] {cos, sin, sin, -cos});
    }
  }

  /**
   * Multiplies two directions, as columns, with a matrix.
   *
   * @param by row-major, [2, 2]
   */
  private static void turn(double[] first, double[] second, double[] by) {
    for (int i = 0; i < first.length; i++) {
      double one = first[i];
      double other = second[i];
      first[i] = one * by[0] + other * by[2];
      second[i] = one * by[1] + other * by[3];
    }
  }
}
