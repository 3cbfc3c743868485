package dev.dolmen.model.session;

import dev.dolmen.model.data.ModelOptions;
import dev.dolmen.model.data.Pooling;
import dev.dolmen.model.kernel.Kernels;
import dev.dolmen.model.layer.Floats;
import dev.dolmen.model.layer.ParameterLayout;
import java.util.Arrays;

/**
 * From the positions of a session up to the one that asks to one vector: the last, their mean, or a
 * mean with learned shares, the softmax of w · x / √D + b[distance from the end] (Lin et al., "A
 * structured self-attentive sentence embedding", 2017, with one row, and place added). What comes
 * after the asking position has no part in any of them.
 */
final class SessionPooling {
  /** How fast fresh shares fall: by exp(-1) from one event to the one before. */
  private static final float DISTANCE_SLOPE = 1;

  private final Kernels kernels;
  private final int width;
  private final int lengthMax;
  private final Pooling pooling;
  private final int query;
  private final int distanceBias;
  private final float scale;

  SessionPooling(Kernels kernels, ParameterLayout layout, ModelOptions options) {
    this.kernels = kernels;
    width = options.width();
    lengthMax = options.maxSessionLength();
    pooling = options.pooling();
    boolean learned = pooling == Pooling.ATTENTION;
    query = learned ? layout.vector("pooling/query", width, 0) : 0;
    distanceBias = learned ? layout.vector("pooling/distance", lengthMax, 0) : 0;
    scale = (float) (1 / Math.sqrt(width));
  }

  /** Lets fresh shares fall with the distance from the end. */
  void initialize(float[] parameters) {
    for (int d = 0; d < lengthMax && pooling == Pooling.ATTENTION; d++) {
      parameters[distanceBias + d] = -DISTANCE_SLOPE * d;
    }
  }

  /** From {@code a.normed}, [T, D], to {@code a.vectors}, [Q, D]. */
  void forward(float[] parameters, SessionActivations a) {
    PackedSessions packed = a.packed;
    if (pooling == Pooling.LAST) {
      for (int p = 0; p < packed.predictions; p++) {
        int from = packed.predictionToken[p] * width;
        System.arraycopy(a.normed, from, a.vectors, p * width, width);
      }
      return;
    }
    fillShares(parameters, a);
    Arrays.fill(a.vectors, 0, packed.predictions * width, 0);
    int share = 0;
    int session = 0;
    for (int p = 0; p < packed.predictions; p++) {
      int token = packed.predictionToken[p];
      session = packed.sessionOf(token, session);
      for (int t = packed.sessionStart[session]; t <= token; t++) {
        kernels.axpy(a.poolShares[share++], a.normed, t * width, a.vectors, p * width, width);
      }
    }
  }

  /** Shares of each query's positions, query after query, into {@code a.poolShares}. */
  private void fillShares(float[] parameters, SessionActivations a) {
    PackedSessions packed = a.packed;
    int share = 0;
    int session = 0;
    for (int p = 0; p < packed.predictions; p++) {
      int token = packed.predictionToken[p];
      session = packed.sessionOf(token, session);
      int start = packed.sessionStart[session];
      int n = token - start + 1;
      a.poolShares = Floats.longer(a.poolShares, share + n);
      if (pooling == Pooling.MEAN) {
        Arrays.fill(a.poolShares, share, share + n, 1f / n);
      } else {
        for (int i = 0; i < n; i++) {
          int x = (start + i) * width;
          a.poolShares[share + i] =
              scale * kernels.dot(parameters, query, a.normed, x, width)
                  + parameters[distanceBias + n - 1 - i];
        }
        kernels.softmax(a.poolShares, share, n);
      }
      share += n;
    }
  }

  /**
   * Backward: accumulates into {@code gradients} and {@code dNormed}, [T, D].
   *
   * @param dVectors [Q, D]
   */
  void backward(
      float[] parameters,
      float[] gradients,
      SessionActivations a,
      float[] dVectors,
      float[] dNormed) {
    PackedSessions packed = a.packed;
    int share = 0;
    int session = 0;
    for (int p = 0; p < packed.predictions; p++) {
      int token = packed.predictionToken[p];
      if (pooling == Pooling.LAST) {
        kernels.axpy(1, dVectors, p * width, dNormed, token * width, width);
        continue;
      }
      session = packed.sessionOf(token, session);
      int start = packed.sessionStart[session];
      for (int t = start; t <= token; t++) {
        float part = a.poolShares[share + t - start];
        kernels.axpy(part, dVectors, p * width, dNormed, t * width, width);
      }
      if (pooling == Pooling.ATTENTION) {
        sharesBackward(parameters, gradients, a, share, start, token, dVectors, p, dNormed);
      }
      share += token - start + 1;
    }
  }

  private void sharesBackward(
      float[] parameters,
      float[] gradients,
      SessionActivations a,
      int share,
      int start,
      int token,
      float[] dVectors,
      int p,
      float[] dNormed) {
    double mean = 0;
    for (int t = start; t <= token; t++) {
      float dShare = kernels.dot(dVectors, p * width, a.normed, t * width, width);
      mean += (double) a.poolShares[share + t - start] * dShare;
    }
    for (int t = start; t <= token; t++) {
      float dShare = kernels.dot(dVectors, p * width, a.normed, t * width, width);
      float dScore = a.poolShares[share + t - start] * (float) (dShare - mean);
      gradients[distanceBias + token - t] += dScore;
      kernels.axpy(scale * dScore, a.normed, t * width, gradients, query, width);
      kernels.axpy(scale * dScore, parameters, query, dNormed, t * width, width);
    }
  }
}
