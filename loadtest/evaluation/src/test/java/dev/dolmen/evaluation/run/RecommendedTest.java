package dev.dolmen.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.evaluation.metric.Calibration;
import dev.dolmen.evaluation.metric.ListDiversity;
import dev.dolmen.evaluation.metric.PopularityScale;
import dev.dolmen.evaluation.metric.TopItems;
import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.protocol.PredictionSet;
import dev.dolmen.evaluation.protocol.SmallDatasets;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.data.InteractionProfile;
import dev.dolmen.server.data.RecBoleDataset;
import dev.dolmen.server.data.SchemaInference;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of lists of items: how they spread, how diverse they are, what chance they have. */
class RecommendedTest {
  @TempDir Path folder;

  /** A plan with so many predictions, of sessions of two clicks. */
  static Plan plan(int predictions) {
    List<Prediction> all = new ArrayList<>();
    for (int q = 0; q < predictions; q++) {
      all.add(
          new Prediction(
              List.of(SmallDatasets.click(q, 0, 0), SmallDatasets.click(q, 1, 1)), 1, 0, 1));
    }
    return Plan.ofHistory("static", new BitSet(), List.of(), all, List.of());
  }

  @Test
  void whatIsShownIsMeasured() {
    TopItems top = new TopItems(5);
    top.add(new int[] {0, 1});
    top.add(new int[] {0, 1});
    assertThat(top.coverage(4)).isEqualTo(0.5);
    assertThat(top.effectiveItems()).isCloseTo(2, within(1e-9));
    // By clicks 0 is the most clicked of five, 1 the second.
    PopularityScale scale = new PopularityScale(new int[] {9, 7, 5, 3, 1});
    assertThat(top.popularity(scale)).isCloseTo(0.875, within(1e-9));
    top.add(new int[] {2, 3});
    top.add(new int[] {4});
    assertThat(top.coverage(5)).isEqualTo(1);
    // Shares 2/7, 2/7, 1/7, 1/7, 1/7.
    double entropy = -(4 / 7.0 * Math.log(2 / 7.0) + 3 / 7.0 * Math.log(1 / 7.0));
    assertThat(top.effectiveItems()).isCloseTo(Math.exp(entropy), within(1e-9));
    assertThat(top.lists()).isEqualTo(4);
  }

  @Test
  void itemsThatWereClickedAsOftenStandAtOnePlace() {
    PopularityScale scale = new PopularityScale(new int[] {2, 0, 2, 5, 1, 2});
    assertThat(scale.place(4)).isZero();
    assertThat(scale.place(3)).isEqualTo(1);
    // The three with 2 clicks have the places 1/4, 2/4 and 3/4 of five learned items.
    for (int item : new int[] {0, 2, 5}) {
      assertThat(scale.place(item)).isEqualTo(0.5);
    }
    assertThat(scale.place(1)).isZero();
    assertThat(scale.place(99)).isZero();
    assertThat(new PopularityScale(new int[] {3}).place(0)).isEqualTo(1);
  }

  @Test
  void manyListsAreThinnedOutEvenly() {
    TopItems top = new TopItems(1);
    for (int i = 0; i < 5 * TopItems.SAMPLE; i++) {
      top.add(new int[] {0});
    }
    assertThat(top.lists()).isEqualTo(5 * TopItems.SAMPLE);
    assertThat(top.sampled()).isBetween(TopItems.SAMPLE / 2, TopItems.SAMPLE);
  }

  private ListDiversity diversity(List<Item> items) throws Exception {
    Files.writeString(
        folder.resolve("d.inter"),
        "session_id:token\titem_id:token\ttimestamp:float\na\ti1\t1600000000\na\ti2\t1600000001\n");
    Files.writeString(
        folder.resolve("d.item"),
        "item_id:token\tshelf:token\ttags:token_seq\ni1\tleft\tred blue\ni2\tright\tred green\n");
    RecBoleDataset dataset = RecBoleDataset.find(folder);
    InteractionProfile profile =
        InteractionProfile.read(dataset, Long.MAX_VALUE, (rows, share) -> {});
    Schema schema = SchemaInference.infer(dataset, profile);
    assertThat(ListDiversity.columns(schema)).containsExactlyInAnyOrder("shelf", "tags");
    return new ListDiversity(schema, items.size(), items::get);
  }

  private static Item item(String id, String shelf, String... tags) {
    Item.Builder item = Item.newBuilder().setItemId(id);
    if (!shelf.isEmpty()) {
      item.putSlots("shelf", SlotValue.newBuilder().setToken(shelf).build());
    }
    if (tags.length > 0) {
      TokenList list = TokenList.newBuilder().addAllToken(List.of(tags)).build();
      item.putSlots("tags", SlotValue.newBuilder().setTokens(list).build());
    }
    return item.build();
  }

  /** Of blocks of equal items the score is the exponential of the entropy of their shares. */
  @Test
  void theVendiScoreCountsWhatIsUnlike() throws Exception {
    ListDiversity diversity =
        diversity(
            List.of(
                item("a", "left", "red"),
                item("b", "left", "red"),
                item("c", "right", "blue"),
                item("d", "left", "red", "blue"),
                item("e", "")));
    assertThat(diversity.similarity(0, 1)).isEqualTo(1);
    assertThat(diversity.similarity(0, 2)).isZero();
    // The same shelf, and one of two tags.
    assertThat(diversity.similarity(0, 3)).isEqualTo(0.75);
    assertThat(diversity.similarity(4, 0)).isZero();
    assertThat(diversity.similarity(4, 4)).isEqualTo(1);
    assertThat(diversity.vendi(new int[] {0, 1})).isCloseTo(1, within(1e-9));
    assertThat(diversity.vendi(new int[] {0, 2, 4})).isCloseTo(3, within(1e-9));
    double twoToOne = Math.exp(-(2 / 3.0 * Math.log(2 / 3.0) + Math.log(1 / 3.0) / 3));
    assertThat(diversity.vendi(new int[] {0, 1, 2})).isCloseTo(twoToOne, within(1e-9));
    // Eigenvalues of [[1, s], [s, 1]] / 2 are (1 + s) / 2 and (1 - s) / 2.
    double alike = Math.exp(-(0.875 * Math.log(0.875) + 0.125 * Math.log(0.125)));
    assertThat(diversity.vendi(new int[] {0, 3})).isCloseTo(alike, within(1e-9));
    assertThat(diversity.vendi(new int[0])).isNaN();
    TopItems top = new TopItems(5);
    top.add(new int[] {0, 2, 4});
    top.add(new int[0]);
    top.add(new int[] {0, 1});
    assertThat(top.vendi(diversity)).isCloseTo(2, within(1e-9));
  }

  /** 100 predictions in bins of 25; those of the second half came true every other time. */
  @Test
  void theCalibrationErrorIsTheMeanDistanceOfChanceAndShare() {
    float[] chances = new float[101];
    boolean[] there = new boolean[101];
    for (int i = 0; i < 100; i++) {
      chances[i] = i < 50 ? 0.1f : 0.6f;
      there[i] = i >= 50 && i % 2 == 0;
    }
    chances[100] = Float.NaN;
    there[100] = true;
    Calibration calibration = Calibration.of("m", 1, chances, there);
    assertThat(calibration.predictions()).isEqualTo(100);
    assertThat(calibration.given()).isCloseTo(0.35, within(1e-6));
    assertThat(calibration.observed()).isCloseTo(0.25, within(1e-9));
    assertThat(calibration.bins()).hasSize(4);
    assertThat(calibration.error()).isCloseTo(0.1, within(1e-6));
    Calibration.Bin last = calibration.bins().getLast();
    assertThat(last.given()).isCloseTo(0.6, within(1e-6));
    // 12 or 13 of 25: Wilson's interval is that of the textbook.
    assertThat(last.observed().low()).isBetween(0.30, 0.34);
    assertThat(last.observed().high()).isBetween(0.66, 0.71);
    Calibration none = Calibration.of("m", 1, new float[] {Float.NaN}, new boolean[1]);
    assertThat(none.predictions()).isZero();
  }

  /** Chances of what the session has are shared out among the others. */
  @Test
  void itemsThatAreLeftOutHaveNoChance() {
    RunAnswers answers = new RunAnswers(plan(3), 40);
    double[] chances = {0.5, 0.2, 0.1};
    answers.add(0, new int[] {7, 8, 9}, new BitSet(), new EvalModel.Chances(chances, 0.3));
    assertThat(answers.chance(0, 0)).isCloseTo(0.5f, within(1e-6f));
    assertThat(answers.chance(1, 0)).isCloseTo(0.8f, within(1e-6f));
    BitSet seen = new BitSet();
    seen.set(7);
    answers.add(1, new int[] {7, 8, 9}, seen, new EvalModel.Chances(chances, 0.5));
    assertThat(answers.chance(0, 1)).isCloseTo(0.4f, within(1e-6f));
    assertThat(answers.chance(1, 1)).isCloseTo(0.6f, within(1e-6f));
    answers.add(2, new int[] {7, 8, 9}, seen, EvalModel.Chances.NONE);
    assertThat(answers.chance(0, 2)).isNaN();
    assertThat(answers.top(PredictionSet.NEXT).lists()).isEqualTo(3);
    assertThat(answers.top(PredictionSet.LAST).coverage(10)).isCloseTo(0.3, within(1e-9));
    assertThat(answers.top(PredictionSet.UNSEEN).lists()).isZero();
  }
}
