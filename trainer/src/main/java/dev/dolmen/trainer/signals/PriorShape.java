package dev.dolmen.trainer.signals;

import dev.dolmen.trainer.state.StateBytes;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamPart;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The shape of the distribution from which items have their rates of clicks, estimated from the
 * stream: the one that would have told best which item is clicked next, among some from {@value
 * #LEAST} on, each the square root of 2 times the one before. A small one says that few items are
 * clicked often and most hardly ever, so that few clicks, or none for a while, say much.
 *
 * <p>{@link PriorCheck} tells of what is clicked and drawn, before a click is counted. By a shape's
 * claims an item is clicked next with the chance r / R, where r is what its prior claims and R the
 * sum over all items, N times what that of an evenly drawn item does. So the mean of log(r) over
 * clicked items less the logarithm of the mean over drawn ones is the logarithmic score of the
 * shape but for log(N), which is the same for all (Good, "Rational decisions", 1952). Both means
 * fade with {@value #HALF_LIFE_CLICKS} clicks. Every {@value #EVERY} clicks the shape moves by one
 * step at most. It takes the same memory whatever comes.
 *
 * <p>Owned by the training thread; {@link #prior} may be asked by several threads while that one
 * waits for them.
 */
public final class PriorShape implements StreamPart {
  private static final double LEAST = 0.03125;
  private static final int SHAPES = 15;
  private static final int START = 10;
  private static final int EVERY = 1_000;
  private static final int HALF_LIFE_CLICKS = 20_000;
  private static final double KEEP = StrictMath.pow(0.5, 1.0 / HALF_LIFE_CLICKS);

  private static final double[] SHAPE = new double[SHAPES];

  static {
    for (int k = 0; k < SHAPES; k++) {
      SHAPE[k] = LEAST * (1 << (k / 2)) * (k % 2 == 0 ? 1 : StrictMath.sqrt(2));
    }
  }

  private final double[] clicked = new double[SHAPES];
  private final double[] drawn = new double[SHAPES];
  private final StateBytes bytes = new StateBytes();
  private double weight;
  private long clicks;
  private int now = START;
  private volatile double published = SHAPE[START];

  /** Nothing has been clicked yet. */
  public PriorShape() {}

  /** The shape, 1 before anything is known. Any thread. */
  public double shape() {
    return published;
  }

  /**
   * How much more often than the mean item one is clicked, as a natural logarithm.
   *
   * @param worth of the clicks on it so far, those of long ago counting less
   * @param mean clicks of a mean item since it came, likewise
   */
  double prior(double worth, double mean) {
    return StrictMath.log((worth + SHAPE[now]) / (mean + SHAPE[now]));
  }

  /**
   * Variance of the logarithm of an item's rate, of which {@link #prior} knows the mean rate: what
   * is known of the rate after so many clicks is a gamma distribution of shape {@code worth + a},
   * and the logarithm of such a one varies by the trigamma function of its shape, whatever its
   * scale. So how many clicks there were on others moves the mean alone. Any thread.
   *
   * @param worth of the clicks on it so far, 0 or more
   */
  double variance(double worth) {
    return trigamma(worth + published);
  }

  /**
   * The second derivative of the logarithm of the gamma function, for x above 0: by its recurrence
   * up to where the asymptotic series is good to ten digits (Abramowitz and Stegun, Handbook of
   * Mathematical Functions, 6.4.6 and 6.4.12).
   */
  static double trigamma(double x) {
    double sum = 0;
    double at = x;
    while (at < 10) {
      sum += 1 / (at * at);
      at++;
    }
    double inverse = 1 / at;
    double square = inverse * inverse;
    double series = square * (1.0 / 6 - square * (1.0 / 30 - square * (1.0 / 42 - square / 30)));
    return sum + inverse * (1 + inverse / 2 + series);
  }

  /** An item is clicked; the arguments are those of {@link #prior}. */
  void clicked(double worth, double mean) {
    weight = weight * KEEP + 1;
    clicks++;
    for (int k = 0; k < SHAPES; k++) {
      clicked[k] = clicked[k] * KEEP + StrictMath.log((worth + SHAPE[k]) / (mean + SHAPE[k]));
      drawn[k] *= KEEP;
    }
  }

  /**
   * An item was drawn evenly from all; arguments as those of {@link #prior}.
   *
   * @param share of the click's draws that this one is
   * @return clicks that are claimed of it
   */
  double drawn(double worth, double mean, double share) {
    for (int k = 0; k < SHAPES; k++) {
      drawn[k] += share * (worth + SHAPE[k]) / (mean + SHAPE[k]);
    }
    return share * (worth + SHAPE[now]) / (mean + SHAPE[now]);
  }

  /** All draws of the click have been told of: goes to the next shape if that one tells better. */
  void end() {
    if (clicks % EVERY != 0) {
      return;
    }
    if (now > 0 && score(now - 1) > score(now)) {
      now--;
    } else if (now + 1 < SHAPES && score(now + 1) > score(now)) {
      now++;
    }
    published = SHAPE[now];
  }

  private double score(int k) {
    return clicked[k] / weight - StrictMath.log(drawn[k] / weight);
  }

  private void writeTo(DataOutput out) throws IOException {
    out.writeLong(clicks);
    out.writeInt(now);
    out.writeDouble(weight);
    for (int k = 0; k < SHAPES; k++) {
      out.writeDouble(clicked[k]);
      out.writeDouble(drawn[k]);
    }
  }

  @Override
  public StateCopy copy() {
    return bytes.copy(this::writeTo);
  }

  /**
   * Reads what a copy wrote.
   *
   * @throws IOException if it cannot be read, or names no shape
   */
  @Override
  public void readFrom(DataInput in) throws IOException {
    clicks = in.readLong();
    now = in.readInt();
    if (now < 0 || now >= SHAPES) {
      throw new IOException("shape " + now + " of the prior, expected 0 to " + (SHAPES - 1));
    }
    published = SHAPE[now];
    weight = in.readDouble();
    for (int k = 0; k < SHAPES; k++) {
      clicked[k] = in.readDouble();
      drawn[k] = in.readDouble();
    }
  }
}
