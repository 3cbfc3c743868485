package dev.dolmen.evaluation.protocol;

import static dev.dolmen.evaluation.protocol.SmallDatasets.click;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Less is learned, always of late; what is predicted stays what it was, or a fair part of it. */
class SmallerPlansTest {
  private static final long HOUR_MS = 3_600_000;

  /** Sessions of four clicks, one a minute. */
  private static List<EvalClick> clicks(int sessions) {
    List<EvalClick> clicks = new ArrayList<>();
    for (int session = 0; session < sessions; session++) {
      for (int place = 0; place < 4; place++) {
        clicks.add(click(session, (session + place) % 30, 60L * session + place));
      }
    }
    return clicks;
  }

  private static SmallerPlans plans(Plan whole) {
    return new SmallerPlans(whole, HOUR_MS, 10_000);
  }

  private static List<EvalClick> targets(Plan plan) {
    return plan.predictions().stream().map(Prediction::targetClick).toList();
  }

  @Test
  void everythingIsThePlanThatIsEvaluated() {
    Plan whole = HistorySplits.leaveOneOut(clicks(10), true);
    assertThat(plans(whole).of(1)).isSameAs(whole);
  }

  @Test
  void theSameIsPredictedAfterTheMostRecentPart() {
    List<EvalClick> all = clicks(100);
    Plan whole = HistorySplits.holdOut(all.subList(0, 360), all.subList(360, 400), false);
    Plan third = plans(whole).of(1.0 / 3);
    assertThat(third.history()).isEqualTo(all.subList(240, 360));
    assertThat(targets(third)).isEqualTo(targets(whole));
    assertThat(third.counted()).isEqualTo(whole.counted());
    assertThat(third.catalogue().cardinality()).isEqualTo(30);

    Plan users = HistorySplits.leaveOneOut(all, true);
    Plan tenth = plans(users).of(0.1);
    assertThat(tenth.history()).isEqualTo(users.history().subList(180, 200));
    assertThat(targets(tenth)).isEqualTo(targets(users));
    assertThat(tenth.catalogue()).isEqualTo(users.catalogue());
  }

  @Test
  void wholeSessionsAreLeftOutWhereAskingWouldTakeLongerThanLearning() {
    List<EvalClick> all = clicks(3_000);
    Plan whole = HistorySplits.holdOut(all.subList(0, 6_000), all.subList(6_000, 12_000), false);
    assertThat(whole.counted()).isEqualTo(4_500);
    Plan quarter = plans(whole).of(0.25);
    assertThat(quarter.history()).hasSize(1_500);
    assertThat(quarter.counted()).isEqualTo(1_500).isEqualTo(quarter.predictions().size());
    assertThat(targets(whole)).containsAll(targets(quarter));
    Set<Integer> sessions = new HashSet<>();
    targets(quarter).forEach(c -> sessions.add(c.session()));
    assertThat(sessions).hasSize(500);
    // Every third session, from the first to the last.
    assertThat(sessions).allMatch(s -> s % 3 == 2);
  }

  @Test
  void aStreamIsReadAsIfItHadBegunLater() {
    List<EvalClick> all = clicks(300);
    Plan whole = new StreamSplit(all, HOUR_MS, 10_000, 0).plan(StreamSplit.LIVE);
    Plan half = plans(whole).of(0.5);
    assertThat(half.stream()).isEqualTo(all.subList(600, 1_200));
    assertThat(half.reading()).isEqualTo(StreamSplit.LIVE);
    assertThat(half.windows()).isEqualTo(4);
    assertThat(targets(whole)).containsAll(targets(half));
  }
}
