package dev.dolmen.evaluation.run;

import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Remembers what it is shown and asked; answers every prediction with rank 1. */
public class RecordingModel implements EvalModel {
  /** A prediction, and the clicks that had been learned, and settled, by then. */
  public record Asked(Prediction prediction, List<EvalClick> learned, List<EvalClick> settled) {}

  public final List<Asked> asked = new ArrayList<>();
  public final List<EvalClick> learned = new ArrayList<>();
  final BitSet announced = new BitSet();
  private int settled;
  int passes;

  @Override
  public void beginPass() {
    passes++;
    learned.clear();
  }

  @Override
  public void learn(EvalClick click) {
    learned.add(click);
  }

  @Override
  public void announce(BitSet items) {
    announced.or(items);
  }

  @Override
  public void settle() {
    settled = learned.size();
  }

  @Override
  public void ask(int number, Prediction prediction, Answers answers) {
    asked.add(
        new Asked(prediction, List.copyOf(learned), List.copyOf(learned.subList(0, settled))));
    answers.answer(number, 1, new int[] {prediction.targetClick().item()});
  }

  @Override
  public void close() {}
}
