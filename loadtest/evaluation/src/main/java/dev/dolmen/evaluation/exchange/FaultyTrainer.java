package dev.dolmen.evaluation.exchange;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Stands between trainers and an exchange, and does to the contributions of one of them what its
 * fault does. Bounded by the exchanges that it lags behind.
 */
public final class FaultyTrainer {
  private static final double LARGE = 100;

  private final Fault fault;
  private final int trainer;
  private final int lag;
  private final SplittableRandom random;
  private final ArrayDeque<Contribution> underWay = new ArrayDeque<>();

  /**
   * @param trainer whose contributions are concerned
   * @param lag exchanges that they come late, if they do
   * @param seed of the noise
   */
  public FaultyTrainer(Fault fault, int trainer, int lag, long seed) {
    this.fault = fault;
    this.trainer = trainer;
    this.lag = lag;
    random = new SplittableRandom(seed);
  }

  /** What arrives for the exchange of {@code round} of what was sent for it and before. */
  public List<Contribution> arriving(List<Contribution> sent, long round) {
    List<Contribution> arriving = new ArrayList<>();
    for (Contribution contribution : sent) {
      if (contribution.trainer() != trainer || fault == Fault.NONE) {
        arriving.add(contribution);
      } else if (fault == Fault.LAGS) {
        underWay.add(contribution);
      } else {
        arriving.add(garbled(contribution));
      }
    }
    if (!underWay.isEmpty() && underWay.getFirst().round() + lag <= round) {
      arriving.add(underWay.removeFirst());
    }
    return arriving;
  }

  private Contribution garbled(Contribution of) {
    if (fault == Fault.NAN) {
      float[] dense = of.dense().clone();
      dense[random.nextInt(dense.length)] = Float.NaN;
      return new Contribution(of.trainer(), of.round(), of.predictions(), dense, of.rows());
    }
    List<RowChanges> rows = new ArrayList<>();
    for (RowChanges slot : of.rows()) {
      rows.add(new RowChanges(slot.dim(), slot.fids(), noise(slot.changes())));
    }
    return new Contribution(of.trainer(), of.round(), of.predictions(), noise(of.dense()), rows);
  }

  /** Noise about as long as {@code like}, or longer. */
  private float[] noise(float[] like) {
    double squares = 0;
    for (float number : like) {
      squares += (double) number * number;
    }
    double deviation = Math.sqrt(squares / Math.max(1, like.length));
    deviation *= fault == Fault.LARGE ? LARGE : 1;
    float[] noise = new float[like.length];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (deviation * random.nextGaussian());
    }
    return noise;
  }
}
