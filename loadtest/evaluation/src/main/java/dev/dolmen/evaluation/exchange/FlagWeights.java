package dev.dolmen.evaluation.exchange;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Weights of contributions by the Flag Aggregator (Almasi et al., "Flag Aggregator: scalable
 * distributed training under failures and augmented losses using convex optimization", 2023): the
 * changes, each brought to the median length, are explained by a subspace of (K + 1) / 2
 * dimensions, rounded up, that minimizes the sum of their distances (not of the squares) from it;
 * their mean is projected onto it. The subspace comes by least squares that are weighted again,
 * with one over the distance. All of it is done on the K by K products of the changes, so that what
 * comes of it is their weighted sum.
 */
final class FlagWeights {
  private static final int ROUNDS = 10;
  private static final double LEAST_DISTANCE_SQUARED = 1e-6;
  private static final double LEAST_EIGENVALUE = 1e-9;

  private final int k;
  private final double[] norms;
  private final double[][] cosines;
  private final double[] roots;

  /** Of each dimension: its eigenvector and the root of its eigenvalue. */
  private double[][] vectors = {};

  private double[] scales = {};

  private FlagWeights(double[][] products) {
    k = products.length;
    norms = new double[k];
    cosines = new double[k][k];
    roots = new double[k];
    Arrays.fill(roots, 1);
    for (int i = 0; i < k; i++) {
      norms[i] = Math.sqrt(products[i][i]);
    }
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        double length = norms[i] * norms[j];
        cosines[i][j] = length > 0 ? products[i][j] / length : 0;
      }
    }
  }

  /**
   * Weights by which changes are summed up; 1 / K each if all are as long and the subspace holds
   * them.
   *
   * @param products of all pairs of changes, [K, K]
   */
  static double[] of(double[][] products) {
    FlagWeights flag = new FlagWeights(products);
    flag.findSubspace();
    for (int round = 1; round < ROUNDS; round++) {
      flag.weighAgain();
      flag.findSubspace();
    }
    return flag.weights();
  }

  private void findSubspace() {
    double[][] weighted = new double[k][k];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < k; j++) {
        weighted[i][j] = roots[i] * cosines[i][j] * roots[j];
      }
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(weighted, false));
    double[] values = eigen.getRealEigenvalues();
    int dimensions = 0;
    while (dimensions < k / 2 + 1 && values[dimensions] > LEAST_EIGENVALUE * values[0]) {
      dimensions++;
    }
    vectors = new double[dimensions][];
    scales = new double[dimensions];
    for (int l = 0; l < dimensions; l++) {
      vectors[l] = eigen.getEigenvector(l).toArray();
      scales[l] = Math.sqrt(values[l]);
    }
  }

  /** Coordinate {@code l} in the subspace of change {@code j}, as if of length 1. */
  private double coordinate(int l, int j) {
    double sum = 0;
    for (int i = 0; i < k; i++) {
      sum += vectors[l][i] * roots[i] * cosines[i][j];
    }
    return sum / scales[l];
  }

  private void weighAgain() {
    double[] next = new double[k];
    for (int j = 0; j < k; j++) {
      double within = 0;
      for (int l = 0; l < vectors.length; l++) {
        double coordinate = coordinate(l, j);
        within += coordinate * coordinate;
      }
      next[j] = Math.pow(Math.max(1 - within, LEAST_DISTANCE_SQUARED), -0.25);
    }
    System.arraycopy(next, 0, roots, 0, k);
  }

  private double[] weights() {
    double[] weights = new double[k];
    double[] sorted = norms.clone();
    Arrays.sort(sorted);
    double length = sorted[(k - 1) / 2];
    for (int l = 0; l < vectors.length; l++) {
      double mean = 0;
      for (int j = 0; j < k; j++) {
        mean += length * coordinate(l, j) / k;
      }
      for (int i = 0; i < k; i++) {
        weights[i] += norms[i] > 0 ? roots[i] * vectors[l][i] * mean / scales[l] / norms[i] : 0;
      }
    }
    return weights;
  }
}
