package dev.dolmen.evaluation.newitems;

import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.NewItemSplits;
import dev.dolmen.evaluation.protocol.Plan;
import java.util.ArrayList;
import java.util.List;

/**
 * What is asked about new items.
 *
 * @param parts of {@link #PARTS}
 * @param history share of the clicks that is learned where it is not a stream
 * @param splits times that items are held out, with seeds from 1 on
 */
public record NewItemSettings(List<String> parts, double history, int splits) {
  /** The parts of the protocol. */
  public static final List<String> PARTS =
      List.of(NewItemSplits.TIME_SPLIT, NewItemSplits.HELD_OUT, "stream");

  /** Items that leave the history. */
  static final double HELD_OUT = 0.2;

  /** The plans of each part that is asked for, in the order of the parts. */
  List<Part> plans(EvalDataset dataset) {
    NewItemSplits splitting = new NewItemSplits(dataset.learned(), history);
    List<Part> all = new ArrayList<>();
    for (String part : PARTS) {
      if (parts.contains(part)) {
        all.add(new Part(part, plans(splitting, part)));
      }
    }
    return all;
  }

  private List<Plan> plans(NewItemSplits splitting, String part) {
    List<Plan> plans = new ArrayList<>();
    switch (part) {
      case NewItemSplits.TIME_SPLIT -> plans.add(splitting.timeSplit());
      case NewItemSplits.HELD_OUT -> {
        for (int seed = 1; seed <= splits; seed++) {
          plans.add(splitting.heldOut(HELD_OUT, seed));
        }
      }
      default -> plans.add(splitting.stream());
    }
    return plans;
  }

  /** A part and its plans: several where items are held out again and again. */
  record Part(String name, List<Plan> plans) {}
}
