package dev.dolmen.evaluation.gru4rec;

import dev.dolmen.model.kernel.KernelScratch;
import dev.dolmen.model.kernel.Kernels;
import java.util.Arrays;

/**
 * Forward and backward of one batch of predictions: inputs and states before through the cell, the
 * new states times the candidates' embeddings, the loss. Works on what is put into its arrays.
 */
final class GruStep {
  private final Kernels kernels = Kernels.best();
  private final KernelScratch scratch = new KernelScratch();
  private final int width;
  private final GruCell cell;
  private final NextItemLoss loss;

  /** [n, D] each: inputs, states before, states after, what dropout leaves of input and output. */
  final float[] inputs;

  final float[] before;
  final float[] after;
  final float[] inputMask;
  final float[] outputMask;

  /** [n]: which candidate came. */
  final int[] targets;

  /** [V, D], [V], [V]: embedding, bias and correction of each candidate. */
  final float[] candidates;

  final float[] biases;
  final float[] corrections;

  /** Of the cell's parameters, and of the inputs before dropout. */
  final GruGradients gradients;

  /** [V, D], [V]. */
  final float[] dCandidates;

  final float[] dBiases;

  private final float[] masked;
  private final float[] outputs;
  private final float[] dOutputs;
  private final float[] scores;

  /**
   * @param rows n at most
   * @param maxCandidates V at most
   */
  GruStep(int width, int rows, int maxCandidates, NextItemLoss loss) {
    this.width = width;
    this.loss = loss;
    cell = new GruCell(width, rows);
    inputs = new float[rows * width];
    before = new float[rows * width];
    after = new float[rows * width];
    inputMask = new float[rows * width];
    outputMask = new float[rows * width];
    targets = new int[rows];
    candidates = new float[maxCandidates * width];
    biases = new float[maxCandidates];
    corrections = new float[maxCandidates];
    gradients = new GruGradients(cell.parameters(), rows * width);
    dCandidates = new float[maxCandidates * width];
    dBiases = new float[maxCandidates];
    masked = new float[rows * width];
    outputs = new float[rows * width];
    dOutputs = new float[rows * width];
    scores = new float[rows * maxCandidates];
  }

  /**
   * The mean loss of the first n rows over the first v candidates; gradients are overwritten.
   *
   * @param parameters of the cell
   */
  double forwardBackward(int n, int v, float[] parameters) {
    double sum = forward(n, v, parameters);
    kernels.scale(1f / n, scores, 0, n * v);
    backward(n, v, parameters);
    return sum / n;
  }

  private double forward(int n, int v, float[] parameters) {
    int d = width;
    multiply(inputs, inputMask, masked, n * d);
    cell.forward(n, parameters, masked, before, after);
    multiply(after, outputMask, outputs, n * d);
    for (int i = 0; i < v; i++) {
      scores[i] = biases[i] - corrections[i];
    }
    for (int row = 1; row < n; row++) {
      System.arraycopy(scores, 0, scores, row * v, v);
    }
    kernels.matmulTransposedB(n, v, d, outputs, 0, d, candidates, 0, d, scores, 0, v, scratch);
    double sum = 0;
    for (int row = 0; row < n; row++) {
      sum += loss.forwardBackward(scores, row * v, v, targets[row]);
    }
    return sum;
  }

  private void backward(int n, int v, float[] parameters) {
    int d = width;
    gradients.clear();
    Arrays.fill(dCandidates, 0, v * d, 0);
    Arrays.fill(dBiases, 0, v, 0);
    Arrays.fill(dOutputs, 0, n * d, 0);
    kernels.matmulTransposedA(v, d, n, scores, 0, v, outputs, 0, d, dCandidates, 0, d, scratch);
    for (int row = 0; row < n; row++) {
      kernels.axpy(1, scores, row * v, dBiases, 0, v);
    }
    kernels.matmul(n, d, v, scores, 0, v, candidates, 0, d, dOutputs, 0, d, scratch);
    multiply(dOutputs, outputMask, dOutputs, n * d);
    cell.backward(n, parameters, masked, before, dOutputs, gradients);
    multiply(gradients.input, inputMask, gradients.input, n * d);
  }

  private static void multiply(float[] x, float[] mask, float[] to, int length) {
    for (int i = 0; i < length; i++) {
      to[i] = x[i] * mask[i];
    }
  }
}
