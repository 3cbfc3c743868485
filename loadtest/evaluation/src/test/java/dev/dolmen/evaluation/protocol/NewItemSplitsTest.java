package dev.dolmen.evaluation.protocol;

import static dev.dolmen.evaluation.protocol.SmallDatasets.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is new is really new in each of the protocols, and what gives it away is found. */
class NewItemSplitsTest {
  private static final int CLICKS = 1_000;
  private static final int CUT = 900;

  private final List<EvalClick> clicks = clicks();
  private final NewItemSplits splits = new NewItemSplits(clicks, 0.9);

  /** Sessions of five clicks, on items of which ever new ones come. */
  private static List<EvalClick> clicks() {
    Random random = new Random(1);
    List<EvalClick> clicks = new ArrayList<>();
    for (int i = 0; i < CLICKS; i++) {
      int newest = 10 + i / 5;
      clicks.add(click(i / 5, Math.max(0, newest - random.nextInt(20)), i));
    }
    return clicks;
  }

  private static BitSet items(List<EvalClick> clicks) {
    BitSet items = new BitSet();
    clicks.forEach(c -> items.set(c.item()));
    return items;
  }

  @Test
  void whatComesAfterTheHistoryIsAskedAndOfNewItemsNothingIsLearned() {
    Plan plan = splits.timeSplit();
    assertThat(plan.history()).isEqualTo(clicks.subList(0, CUT));
    assertThat(plan.catalogue()).isEqualTo(items(clicks.subList(0, CUT)));
    assertThat(plan.catalogue().intersects(plan.lateItems())).isFalse();
    assertThat(plan.lateItems().cardinality()).isBetween(10, 40);
    assertThat(plan.withoutSeen()).isTrue();
    Set<EvalClick> targets = new HashSet<>();
    for (int q = 0; q < plan.counted(); q++) {
      Prediction question = plan.predictions().get(q);
      targets.add(question.targetClick());
      assertThat(clicks.indexOf(question.targetClick())).isGreaterThanOrEqualTo(CUT);
      assertThat(question.known() == 0)
          .isEqualTo(plan.lateItems().get(question.targetClick().item()));
    }
    // Every click but the first of a session and one on what the session has clicked.
    assertThat(targets).hasSize(plan.counted());
    assertThat(plan.counted()).isBetween(60, 80);
    List<Prediction> again = plan.predictions().subList(plan.counted(), plan.predictions().size());
    assertThat(again).isNotEmpty().allMatch(q -> plan.lateItems().get(q.targetClick().item()));
    assertThatCode(() -> PlanLeaks.check(plan)).doesNotThrowAnyException();
  }

  @Test
  void nothingOfAHeldOutItemIsLearned() {
    Plan plan = splits.heldOut(0.2, 1);
    BitSet before = items(clicks.subList(0, CUT));
    BitSet out = (BitSet) before.clone();
    out.andNot(items(plan.history()));
    assertThat((double) out.cardinality() / before.cardinality()).isBetween(0.1, 0.3);
    assertThat(plan.lateItems().stream().filter(out::get).count()).isEqualTo(out.cardinality());
    assertThat(splits.heldOut(0.2, 1).lateItems()).isEqualTo(plan.lateItems());
    assertThat(splits.heldOut(0.2, 2).lateItems()).isNotEqualTo(plan.lateItems());
    assertThatCode(() -> PlanLeaks.check(plan)).doesNotThrowAnyException();
  }

  @Test
  void inTheStreamEachClickIsAskedBeforeItIsLearned() {
    Plan plan = splits.stream();
    assertThat(plan.stream()).isEqualTo(clicks);
    assertThat(plan.predictions()).hasSizeBetween(650, 800);
    assertThat(plan.predictions()).anyMatch(q -> q.known() == 0).anyMatch(q -> q.known() > 5);
    assertThatCode(() -> PlanLeaks.check(plan)).doesNotThrowAnyException();
  }

  @Test
  void aQuestionBringsTheLastItemsOfItsSessionEachOnce() {
    List<EvalClick> one = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      one.add(click(0, i / 2, i));
    }
    for (Prediction question : new NewItemSplits(one, 0.5).stream().predictions()) {
      assertThat(question.prefix()).hasSizeLessThanOrEqualTo(NewItemSplits.PREFIX_MAX);
      assertThat(items(question.session()).cardinality()).isEqualTo(question.session().size());
      assertThat(question.prefix().getLast().item()).isEqualTo(question.targetClick().item() - 1);
    }
  }

  private static Plan with(Plan plan, List<EvalClick> history, Plan.Steps steps) {
    return new Plan(
        plan.reading(),
        plan.catalogue(),
        plan.lateItems(),
        history,
        plan.stream(),
        plan.predictions(),
        plan.counted(),
        steps,
        plan.withoutSeen(),
        plan.windows(),
        plan.windowNames());
  }

  private static List<EvalClick> and(List<EvalClick> clicks, EvalClick planted) {
    List<EvalClick> all = new ArrayList<>(clicks);
    all.add(planted);
    return all;
  }

  @Test
  void aClickOnANewItemThatIsLearnedIsFoundInBothSplits() {
    for (Plan plan : List.of(splits.timeSplit(), splits.heldOut(0.2, 1))) {
      EvalClick planted =
          clicks.stream().filter(c -> plan.lateItems().get(c.item())).findFirst().orElseThrow();
      assertThatThrownBy(
              () -> PlanLeaks.check(with(plan, and(plan.history(), planted), plan.steps())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(plan.reading())
          .hasMessageContaining("\"i" + planted.item() + "\"")
          .hasMessageContaining("comes after all that is learned, and is learned");
    }
  }

  @Test
  void aQuestionThatIsLearnedBeforeIsFoundInBothSplits() {
    for (Plan plan : List.of(splits.timeSplit(), splits.heldOut(0.2, 1))) {
      EvalClick planted =
          plan.predictions().stream()
              .filter(q -> q.known() > 0)
              .map(Prediction::targetClick)
              .findFirst()
              .orElseThrow();
      assertThatThrownBy(
              () -> PlanLeaks.check(with(plan, and(plan.history(), planted), plan.steps())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is asked when a later one is learned")
          .hasMessageContaining(plan.reading());
    }
  }

  @Test
  void aClickThatIsLearnedBeforeItIsAskedIsFoundInTheStream() {
    Plan plan = splits.stream();
    Plan.Steps swapped = new Plan.Steps();
    int question = 100;
    int asked = clicks.indexOf(plan.predictions().get(question).targetClick());
    for (int place = 0; place < plan.steps().size(); place++) {
      int step = plan.steps().at(place);
      if (step == ~question) {
        swapped.learn(asked);
        swapped.ask(question);
      } else if (step >= 0 && step != asked) {
        swapped.learn(step);
      } else if (step < 0) {
        swapped.ask(~step);
      }
    }
    assertThatThrownBy(() -> PlanLeaks.check(with(plan, plan.history(), swapped)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(NewItemSplits.STREAM)
        .hasMessageContaining("is learned before it is asked");
  }
}
