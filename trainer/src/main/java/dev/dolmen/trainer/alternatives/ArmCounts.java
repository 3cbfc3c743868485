package dev.dolmen.trainer.alternatives;

import dev.dolmen.trainer.impressions.ImpressionObserver;
import dev.dolmen.trainer.state.StateCopy;
import dev.dolmen.trainer.state.StreamPart;
import dev.dolmen.v1.Impression;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers and clicks of each arm since the experiment began: a function of the log.
 *
 * <p>Answers to one visit are more alike than those to two, and visits are what is drawn, so the
 * interval of a rate must count visits and not answers. A sum for each visit would be a memory
 * without bound; instead visits fall into {@value ExperimentOptions#BUCKETS} buckets by their hash,
 * and the rate's variance is that of a ratio of sums over buckets (the delta method, as in Deng et
 * al., "Applying the Delta Method in Metric Analytics", KDD 2018).
 *
 * <p>Any thread.
 */
public final class ArmCounts implements ImpressionObserver, StreamPart {
  private static final int BUCKETS = ExperimentOptions.BUCKETS;

  /** Student's t with 63 degrees of freedom, 97.5%. */
  private static final double T = 1.998;

  private final ExperimentOptions experiment;
  private final long[] answers;
  private final long[] clickedAnswers;
  private final long[] clicks;

  public ArmCounts(ExperimentOptions experiment) {
    this.experiment = experiment;
    answers = new long[experiment.arms().size() * BUCKETS];
    clickedAnswers = answers.clone();
    clicks = answers.clone();
  }

  /** Arm and bucket as one number. */
  @Override
  public int tag(Impression impression) {
    if (experiment.runs() && impression.getExperiment().equals(experiment.name())) {
      for (int arm = 0; arm < experiment.arms().size(); arm++) {
        if (experiment.arms().get(arm).name().equals(impression.getArm())) {
          return arm * BUCKETS + ExperimentOptions.bucket(impression.getExperimentBucket());
        }
      }
    }
    return NO_TAG;
  }

  @Override
  public synchronized void shown(int tag) {
    answers[tag]++;
  }

  @Override
  public synchronized void clicked(int tag, boolean first) {
    clicks[tag]++;
    clickedAnswers[tag] += first ? 1 : 0;
  }

  /** What came of each arm so far. */
  public synchronized List<ArmFigures> figures() {
    List<ArmFigures> figures = new ArrayList<>();
    for (int arm = 0; arm < experiment.arms().size(); arm++) {
      double rate = rate(arm);
      double margin = T * standardError(arm);
      figures.add(
          new ArmFigures(
              experiment.arms().get(arm),
              sum(answers, arm),
              sum(clickedAnswers, arm),
              sum(clicks, arm),
              rate,
              margin,
              rate - rate(0),
              arm == 0 ? 0 : T * Math.hypot(standardError(arm), standardError(0))));
    }
    return figures;
  }

  private static long sum(long[] counts, int arm) {
    long sum = 0;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      sum += counts[arm * BUCKETS + bucket];
    }
    return sum;
  }

  private double rate(int arm) {
    long shown = sum(answers, arm);
    return shown == 0 ? 0 : (double) sum(clickedAnswers, arm) / shown;
  }

  private double standardError(int arm) {
    long shown = sum(answers, arm);
    double rate = rate(arm);
    double squares = 0;
    for (int i = arm * BUCKETS; i < (arm + 1) * BUCKETS; i++) {
      double residual = clickedAnswers[i] - rate * answers[i];
      squares += residual * residual;
    }
    return shown == 0 ? 0 : Math.sqrt(squares * BUCKETS / (BUCKETS - 1)) / shown;
  }

  /** Everything as of now. */
  @Override
  public synchronized StateCopy copy() {
    long[][] columns = {answers.clone(), clickedAnswers.clone(), clicks.clone()};
    return out -> write(out, columns);
  }

  private void write(DataOutput out, long[][] columns) throws IOException {
    out.writeUTF(experiment.name());
    out.writeInt(experiment.arms().size());
    for (Arm arm : experiment.arms()) {
      out.writeUTF(arm.name());
    }
    for (long[] column : columns) {
      for (long count : column) {
        out.writeLong(count);
      }
    }
  }

  /** Takes over what a copy wrote, arm by arm; counts of another experiment are left. */
  @Override
  public synchronized void readFrom(DataInput in) throws IOException {
    boolean same = in.readUTF().equals(experiment.name());
    String[] arms = new String[in.readInt()];
    for (int i = 0; i < arms.length; i++) {
      arms[i] = in.readUTF();
    }
    for (long[] column : new long[][] {answers, clickedAnswers, clicks}) {
      for (String arm : arms) {
        int to = same ? indexOf(arm) : -1;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
          long count = in.readLong();
          if (to >= 0) {
            column[to * BUCKETS + bucket] = count;
          }
        }
      }
    }
  }

  private int indexOf(String arm) {
    for (int i = 0; i < experiment.arms().size(); i++) {
      if (experiment.arms().get(i).name().equals(arm)) {
        return i;
      }
    }
    return -1;
  }
}
