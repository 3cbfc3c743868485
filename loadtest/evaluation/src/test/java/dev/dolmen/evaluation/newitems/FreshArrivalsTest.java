package dev.dolmen.evaluation.newitems;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.NewItemSplits;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which first clicks are of items that have just come. */
class FreshArrivalsTest {
  private static final int BATCH = 16;
  private static final int STEP_SEC = 5;
  private static final long FROM_SEC = 1_600_000_000;
  private static final int CLICKS = 4_100;

  @TempDir Path folder;
  private EvalDataset dataset;
  private Plan plan;

  /**
   * Every hundredth click is the first one of an item: those of even number were born half an hour
   * before, the others three hours; the clicks between are on older items.
   */
  @BeforeEach
  void write() throws IOException {
    StringBuilder rows = new StringBuilder("session_id:token\titem_id:token\ttimestamp:float\n");
    StringBuilder items = new StringBuilder("item_id:token\tkind:token\tcreated_at:float\n");
    items.append(
        "old\tk0\t" + (FROM_SEC - 900_000) + "\nolder\tk0\t" + (FROM_SEC - 950_000) + "\n");
    for (int c = 0; c < CLICKS; c++) {
      long sec = FROM_SEC + (long) STEP_SEC * c;
      boolean first = c % 100 == 1 && c > 100;
      String item = first ? "i" + c / 100 : c % 4 == 0 ? "old" : "older";
      rows.append("s" + c / 4 + "\t" + item + "\t" + sec + "\n");
      if (first) {
        long born = sec - (c / 100 % 2 == 0 ? 1_800 : 10_800);
        items.append(item + "\tk" + c / 100 % 3 + "\t" + born + "\n");
      }
    }
    Files.writeString(folder.resolve("d.inter"), rows);
    Files.writeString(folder.resolve("d.item"), items);
    dataset = EvalDataset.read(folder, null, EvalDataset.Held.NONE, Long.MAX_VALUE, r -> {});
    plan = new NewItemSplits(dataset.learned(), 0.9).stream();
  }

  private List<String> fresh(boolean realTimes) {
    return FreshArrivals.of(plan, PlanArrivals.of(plan, dataset, BATCH, 1), realTimes).stream()
        .mapToObj(q -> plan.predictions().get(q).targetClick().row().item())
        .toList();
  }

  @Test
  void itemsThatCameAnHourBeforeOrLessAreFreshAtTheirFirstClick() {
    // What was born before the stream began, and so is there from the beginning, is not.
    assertThat(fresh(true))
        .isEqualTo(IntStream.rangeClosed(2, 20).mapToObj(j -> "i" + 2 * j).toList());
  }

  @Test
  void withoutRealTimesNothingIs() {
    assertThat(fresh(false)).isEmpty();
  }
}
