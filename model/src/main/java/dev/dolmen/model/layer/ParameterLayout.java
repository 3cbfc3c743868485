package dev.dolmen.model.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Where each tensor stands in the flat array of dense parameters, and how it starts. */
public final class ParameterLayout {
  /**
   * One tensor, row-major.
   *
   * @param offset of its first float
   * @param decays whether weight decay applies
   * @param start constant that it starts as, plus
   * @param deviation standard deviation of the Gaussian that it starts with
   * @param rate multiple of the learning rate with which it moves
   */
  public record Tensor(
      String name,
      int offset,
      int rows,
      int columns,
      boolean decays,
      float start,
      float deviation,
      float rate) {
    /** Floats. */
    public int size() {
      return rows * columns;
    }
  }

  private final List<Tensor> tensors = new ArrayList<>();
  private int size;

  public ParameterLayout() {}

  /** Adds a matrix of Gaussian numbers, which decays; returns its offset. */
  public int matrix(String name, int rows, int columns, double deviation) {
    return add(new Tensor(name, size, rows, columns, true, 0, (float) deviation, 1));
  }

  /**
   * Adds a matrix of zeros, which does not decay.
   *
   * @param rate multiple of the learning rate
   */
  public int zeroMatrix(String name, int rows, int columns, float rate) {
    return add(new Tensor(name, size, rows, columns, false, 0, 0, rate));
  }

  /** Adds a table of Gaussian numbers, which does not decay; returns its offset. */
  public int table(String name, int rows, int columns, double deviation) {
    return add(new Tensor(name, size, rows, columns, false, 0, (float) deviation, 1));
  }

  /** Adds a vector of one number, which does not decay; returns its offset. */
  public int vector(String name, int columns, float start) {
    return add(new Tensor(name, size, 1, columns, false, start, 0, 1));
  }

  /**
   * Adds a vector of one number, which does not decay.
   *
   * @param rate multiple of the learning rate
   */
  public int vector(String name, int columns, float start, float rate) {
    return add(new Tensor(name, size, 1, columns, false, start, 0, rate));
  }

  /**
   * Adds a table of Gaussian numbers, which does not decay.
   *
   * @param rate multiple of the learning rate
   */
  public int table(String name, int rows, int columns, double deviation, float rate) {
    return add(new Tensor(name, size, rows, columns, false, 0, (float) deviation, rate));
  }

  private int add(Tensor tensor) {
    tensors.add(tensor);
    size = Math.addExact(size, Math.multiplyExact(tensor.rows, tensor.columns));
    return tensor.offset;
  }

  /** Floats of all tensors. */
  public int size() {
    return size;
  }

  /** All tensors in order. */
  public List<Tensor> tensors() {
    return List.copyOf(tensors);
  }

  /** The tensor of that name. */
  public Tensor tensor(String name) {
    for (Tensor tensor : tensors) {
      if (tensor.name.equals(name)) {
        return tensor;
      }
    }
    throw new IllegalArgumentException("no tensor named " + name);
  }

  /** Fresh parameters, [size]. */
  public float[] initialize(long seed) {
    float[] parameters = new float[size];
    for (Tensor tensor : tensors) {
      SplittableRandom random = new SplittableRandom(seed + 31L * tensor.name.hashCode());
      for (int i = 0; i < tensor.size(); i++) {
        float noise = tensor.deviation == 0 ? 0 : (float) random.nextGaussian() * tensor.deviation;
        parameters[tensor.offset + i] = tensor.start + noise;
      }
    }
    return parameters;
  }
}
