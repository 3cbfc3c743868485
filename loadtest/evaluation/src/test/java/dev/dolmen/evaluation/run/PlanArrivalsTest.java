package dev.dolmen.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.HistorySplits;
import dev.dolmen.evaluation.protocol.NewItemSplits;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import dev.dolmen.evaluation.protocol.StreamSplit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In whatever protocol, a model meets items by more than a batch before they are clicked. */
class PlanArrivalsTest {
  private static final int BATCH = 16;
  private static final int CLICKS = 2_000;

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    StringBuilder rows = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    for (int c = 0; c < CLICKS; c++) {
      int item = c % 3 == 0 ? c / 30 : c / 10;
      rows.append("s" + c / 8 + "\ti" + item + "\t" + (1_600_000_000L + 60L * c) + "\n");
    }
    Files.writeString(folder.resolve("d.inter"), rows);
  }

  /** Remembers after how many clicks each item came, and before which it was learned first. */
  private static final class Watching extends RecordingModel {
    final Map<Integer, Integer> came = new HashMap<>();
    final Map<Integer, Integer> clicked = new HashMap<>();

    Watching(BitSet beginning) {
      beginning.stream().forEach(item -> came.put(item, -1));
    }

    @Override
    public void announce(BitSet items) {
      items.stream().forEach(item -> came.putIfAbsent(item, learned.size()));
    }

    @Override
    public void narrow(BitSet items) {
      assertThat(came.keySet()).containsAll(items.stream().boxed().toList());
    }

    @Override
    public void learn(EvalClick click) {
      clicked.putIfAbsent(click.item(), learned.size());
      super.learn(click);
    }
  }

  @Test
  void noItemComesInTheBatchOfItsFirstClick() throws IOException {
    EvalDataset dataset =
        EvalDataset.read(folder, null, EvalDataset.Held.NONE, Long.MAX_VALUE, rows -> {});
    List<EvalClick> clicks = dataset.learned();
    StreamSplit stream = new StreamSplit(clicks, 3_600_000, 10_000, 0);
    NewItemSplits splits = new NewItemSplits(clicks, 0.9);
    for (Plan plan :
        List.of(
            HistorySplits.holdOut(clicks.subList(0, 1_600), clicks.subList(1_600, CLICKS), false),
            HistorySplits.leaveOneOut(clicks, false),
            stream.plan(StreamSplit.PAPER),
            stream.plan(StreamSplit.STRICT),
            stream.plan(StreamSplit.LIVE),
            splits.timeSplit(),
            splits.heldOut(0.2, 1),
            splits.stream())) {
      PlanArrivals arrivals = PlanArrivals.of(plan, dataset, BATCH, 1);
      Watching model = new Watching(arrivals.beginning());
      new PlanRun(plan, arrivals, dataset.items(), 1, done -> {}).run(model);
      assertThat(model.clicked).hasSizeGreaterThan(100);
      model.clicked.forEach((item, first) ->
          assertThat(model.came.get(item))
              .as("%s: item %d, first learned as click %d", plan.reading(), item, first)
              .isNotNull()
              .isLessThanOrEqualTo(Math.max(-1, first - BATCH)));
      long atOnce = model.came.values().stream().filter(place -> place < 0).count();
      assertThat((double) atOnce / model.came.size()).as(plan.reading()).isLessThan(0.5);
      // All that can be recommended has come when the questions are over.
      assertThat(model.came.keySet()).containsAll(plan.catalogue().stream().boxed().toList());
    }
  }
}
