package dev.dolmen.evaluation.model;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A model that learns a day's clicks when the day is over, as one does that is trained in batches:
 * what was clicked since then is unknown to it, and items that came since then are not ranked. The
 * first day it learns as they come, as it would have nothing to rank with otherwise.
 */
public final class NightlyModel implements EvalModel {
  private static final long DAY_MS = 24 * 60 * 60 * 1_000L;

  private final EvalModel model;
  private final List<EvalClick> waiting = new ArrayList<>();
  private long firstDay = Long.MIN_VALUE;
  private long day = Long.MIN_VALUE;

  /** Days are those of UTC. */
  public NightlyModel(EvalModel model) {
    this.model = model;
  }

  @Override
  public void scoreAll(List<EvalClick> prefix, float[] scores) throws IOException {
    model.scoreAll(prefix, scores);
  }

  @Override
  public void beginPass() throws IOException {
    model.beginPass();
  }

  @Override
  public void learn(EvalClick click) throws IOException {
    advance(click);
    if (day == firstDay) {
      model.learn(click);
    } else {
      waiting.add(click);
    }
  }

  /** Time goes on, never back: a session of yesterday may end today. */
  private void advance(EvalClick click) throws IOException {
    long now = Math.floorDiv(click.timeMs(), DAY_MS);
    if (day == Long.MIN_VALUE) {
      firstDay = now;
      day = now;
    }
    if (now > day) {
      day = now;
      for (EvalClick held : waiting) {
        model.learn(held);
      }
      waiting.clear();
      model.settle();
    }
  }

  @Override
  public void announce(BitSet items) throws IOException {
    model.announce(items);
  }

  @Override
  public void narrow(BitSet items) throws IOException {
    model.narrow(items);
  }

  @Override
  public void settle() throws IOException {
    model.settle();
  }

  @Override
  public void ask(int number, Prediction prediction, Answers answers) throws IOException {
    advance(prediction.targetClick());
    model.ask(number, prediction, answers);
  }

  @Override
  public long offHeapBytes() {
    return model.offHeapBytes();
  }

  @Override
  public void close() throws IOException {
    model.close();
  }
}
