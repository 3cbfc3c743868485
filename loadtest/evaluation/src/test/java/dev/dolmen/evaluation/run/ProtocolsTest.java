package dev.dolmen.evaluation.run;

import static dev.dolmen.evaluation.protocol.SmallDatasets.click;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.HistorySplits;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.PlanArrivals;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.protocol.StreamSplit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a model gets to see by each protocol: nothing that it is to predict. */
class ProtocolsTest {
  private static final long HOUR_SEC = 3_600;

  private static RecordingModel run(Plan plan, int passes) throws IOException {
    RecordingModel model = new RecordingModel();
    int[] ranks = new PlanRun(plan, PlanArrivals.none(plan), 100, passes, done -> {}).run(model);
    assertThat(ranks).hasSize(plan.predictions().size()).containsOnly(1);
    return model;
  }

  private static List<Integer> items(List<EvalClick> clicks) {
    return clicks.stream().map(EvalClick::item).toList();
  }

  private static final List<EvalClick> LEARNED =
      List.of(click(0, 1, 0), click(0, 2, 1), click(1, 1, 2), click(1, 3, 3));

  @Test
  void everyPositionOfTheTestPartIsPredictedAndNothingOfItIsLearned() throws IOException {
    List<EvalClick> held =
        List.of(
            click(2, 1, 10), click(2, 3, 11), click(2, 9, 12), click(2, 2, 13), click(3, 9, 14));
    RecordingModel model = run(HistorySplits.holdOut(LEARNED, held, false), 3);
    assertThat(model.passes).isEqualTo(3);
    assertThat(model.learned).isEqualTo(LEARNED);
    assertThat(model.asked).hasSize(3);
    assertThat(items(model.asked.get(0).prediction().prefix())).containsExactly(1);
    assertThat(model.asked.get(0).prediction().targetClick().item()).isEqualTo(3);
    assertThat(model.asked.get(0).prediction().known()).isEqualTo(1);
    // 9 was never learned: a prediction like any other, and before the next one.
    assertThat(items(model.asked.get(1).prediction().prefix())).containsExactly(1, 3);
    assertThat(model.asked.get(1).prediction().targetClick().item()).isEqualTo(9);
    assertThat(model.asked.get(1).prediction().known()).isZero();
    assertThat(items(model.asked.get(2).prediction().prefix())).containsExactly(1, 3, 9);
    assertThat(model.asked.get(2).prediction().targetClick().item()).isEqualTo(2);
    assertThat(model.asked).allMatch(a -> a.settled().equals(LEARNED));
    assertThat(model.announced.isEmpty()).isTrue();
  }

  @Test
  void itemsThatWereNeverLearnedAreAskedApartAndLast() throws IOException {
    List<EvalClick> held =
        List.of(click(2, 1, 10), click(2, 9, 11), click(2, 2, 12), click(2, 9, 13));
    Plan plan = HistorySplits.holdOut(LEARNED, held, true);
    assertThat(plan.counted()).isEqualTo(3);
    assertThat(HistorySplits.neverLearned(plan.predictions().subList(0, 3))).hasSize(2);
    assertThat(plan.catalogue().get(9)).isFalse();
    RecordingModel model = run(plan, 1);
    // That the session comes back to the item says nothing of the item: that is not asked again.
    assertThat(model.asked).hasSize(4);
    assertThat(model.asked.getLast().prediction().targetClick().item()).isEqualTo(9);
    assertThat(model.announced.get(9)).isTrue();
    assertThat(model.learned).isEqualTo(LEARNED);
  }

  @Test
  void ofTheCoreEverySessionAndItemHasSoManyClicks() {
    List<EvalClick> clicks = new ArrayList<>();
    for (int session = 0; session < 3; session++) {
      for (int item = 0; item < 3; item++) {
        clicks.add(click(session, item, 10 * session + item));
      }
    }
    List<EvalClick> core = List.copyOf(clicks);
    // Item 3 has three clicks until session 4 goes, which has two; session 3 then has two as well.
    clicks.add(click(3, 0, 100));
    clicks.add(click(3, 1, 101));
    clicks.add(click(3, 3, 102));
    clicks.add(click(4, 3, 103));
    clicks.add(click(4, 3, 104));
    assertThat(HistorySplits.core(clicks, 3)).isEqualTo(core);
    assertThat(HistorySplits.core(clicks, 1)).isEqualTo(clicks);
    assertThat(HistorySplits.core(clicks, 4)).isEmpty();
    assertThat(HistorySplits.leaveOneOut(HistorySplits.core(clicks, 3), false).predictions())
        .hasSize(3);
  }

  @Test
  void forTuningTheSessionsThatBeginLastAreHeldOut() {
    List<EvalClick> clicks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clicks.add(click(i, 1, i));
    }
    clicks.add(click(8, 1, 8));
    clicks.add(click(0, 2, 9));
    clicks.add(click(8, 2, 10));
    List<List<EvalClick>> split = HistorySplits.lastSessions(clicks, 0.3);
    assertThat(split.getFirst()).hasSize(8).allMatch(c -> c.session() <= 6);
    assertThat(split.getLast()).hasSize(3).allMatch(c -> c.session() >= 7);
  }

  @Test
  void theLastTwoItemsOfAUserAreNeverLearned() throws IOException {
    List<EvalClick> clicks = new ArrayList<>();
    for (int place = 0; place < 4; place++) {
      clicks.add(click(0, place, 2L * place));
      clicks.add(click(1, 10 + place, 2L * place + 1));
    }
    clicks.add(click(2, 20, 20));
    RecordingModel test = run(HistorySplits.leaveOneOut(clicks, false), 1);
    assertThat(items(test.learned)).containsExactlyInAnyOrder(0, 1, 10, 11, 20);
    assertThat(test.asked).hasSize(2);
    assertThat(items(test.asked.getFirst().prediction().prefix())).containsExactly(0, 1, 2);
    assertThat(test.asked.getFirst().prediction().targetClick().item()).isEqualTo(3);
    RecordingModel validation = run(HistorySplits.leaveOneOut(clicks, true), 1);
    assertThat(items(validation.learned)).isEqualTo(items(test.learned));
    assertThat(items(validation.asked.getFirst().prediction().prefix())).containsExactly(0, 1);
    assertThat(validation.asked.getFirst().prediction().targetClick().item()).isEqualTo(2);
    assertThat(validation.asked)
        .noneMatch(a -> a.prediction().session().stream().anyMatch(c -> c.item() % 10 == 3));
  }

  @Test
  void sessionsOfAStreamAreReadAsInThePaper() {
    List<EvalClick> clicks = new ArrayList<>();
    clicks.add(click(0, 7, 0)); // Alone.
    clicks.add(click(1, 7, 1));
    clicks.add(click(1, 8, 2));
    clicks.add(click(1, 7, 3)); // Again.
    clicks.add(click(2, 7, 4));
    clicks.add(click(2, 7, 5)); // One item only.
    for (int i = 0; i < 30; i++) {
      clicks.add(click(3, i, 10 + i));
    }
    List<List<EvalClick>> sessions = StreamSplit.clean(clicks);
    assertThat(sessions).hasSize(2);
    assertThat(items(sessions.getFirst())).containsExactly(7, 8);
    assertThat(sessions.getLast()).hasSize(20).allMatch(c -> c.item() < 20);
  }

  /** Sessions of some hours' length that overlap. */
  private static List<EvalClick> stream() {
    Random random = new Random(5);
    List<EvalClick> clicks = new ArrayList<>();
    for (long sec = 0; sec < 8 * HOUR_SEC; sec += 97) {
      int session = (int) (sec / 1_500) + random.nextInt(4);
      clicks.add(click(session, random.nextInt(30), sec));
    }
    return clicks;
  }

  private static long hour(EvalClick click) {
    return click.timeMs() / 1_000 / HOUR_SEC;
  }

  private static RecordingModel stream(String reading) throws IOException {
    RecordingModel model = run(new StreamSplit(stream(), 3_600_000, 60_000, 0).plan(reading), 1);
    assertThat(model.asked).hasSizeGreaterThan(50);
    return model;
  }

  @Test
  void inThePapersReadingASessionBelongsWholeToTheWindowInWhichItBegan() throws IOException {
    RecordingModel model = stream(StreamSplit.PAPER);
    int earlier = 0;
    for (RecordingModel.Asked asked : model.asked) {
      long window = hour(asked.prediction().session().getFirst());
      Set<Integer> sessions =
          asked.learned().stream().map(EvalClick::session).collect(Collectors.toSet());
      assertThat(sessions).doesNotContain(asked.prediction().targetClick().session());
      assertThat(asked.settled()).isEqualTo(asked.learned());
      for (List<EvalClick> session : StreamSplit.clean(stream())) {
        boolean before = hour(session.getFirst()) < window;
        assertThat(sessions.contains(session.getFirst().session())).isEqualTo(before);
      }
      earlier += asked.learned().stream().anyMatch(c -> hour(c) >= window) ? 1 : 0;
    }
    // Whole sessions bring clicks of the very window with them: that is what makes it the paper's.
    assertThat(earlier).isPositive();
  }

  @Test
  void strictlyNothingOfTheWindowIsLearnedAndEverythingBeforeIs() throws IOException {
    for (RecordingModel.Asked asked : stream(StreamSplit.STRICT).asked) {
      long window = hour(asked.prediction().targetClick());
      List<EvalClick> before = stream().stream().filter(c -> hour(c) < window).toList();
      assertThat(asked.settled()).isEqualTo(before);
      assertThat(asked.learned()).isEqualTo(before);
    }
  }

  @Test
  void liveEveryClickBeforeTheTargetIsLearned() throws IOException {
    for (RecordingModel.Asked asked : stream(StreamSplit.LIVE).asked) {
      long now = asked.prediction().targetClick().timeMs();
      assertThat(asked.learned())
          .isEqualTo(stream().stream().filter(c -> c.timeMs() < now).toList());
      // What was learned before this minute has come into effect, whatever takes time.
      assertThat(asked.settled())
          .containsAll(
              asked.learned().stream().filter(c -> c.timeMs() / 60_000 < now / 60_000).toList());
    }
  }

  @Test
  void onlyWindowsAfterWhatIsKnownAreAsked() throws IOException {
    int after = 120;
    long known = hour(stream().get(after - 1));
    Plan plan = new StreamSplit(stream(), 3_600_000, 60_000, after).plan(StreamSplit.LIVE);
    RecordingModel model = run(plan, 1);
    assertThat(model.asked).isNotEmpty().hasSizeLessThan(stream(StreamSplit.LIVE).asked.size());
    assertThat(model.asked).allMatch(asked -> hour(asked.prediction().targetClick()) > known);
    assertThat(model.asked.getFirst().learned()).startsWith(stream().getFirst());
    assertThat(model.asked)
        .hasSize(
            (int)
                stream(StreamSplit.LIVE).asked.stream()
                    .filter(asked -> hour(asked.prediction().targetClick()) > known)
                    .count());
  }

  /** Items 1 and 2 before the target score as high or higher, and an item that nobody clicked. */
  @Test
  void inAStreamItemsThatTheSessionHasClickedAreNotRanked() throws IOException {
    List<EvalClick> clicks =
        List.of(click(0, 9, 0), click(1, 1, 4_000), click(1, 2, 4_001), click(1, 3, 4_002));
    Plan stream = new StreamSplit(clicks, 3_600_000, 60_000, 0).plan(StreamSplit.PAPER);
    assertThat(
            new PlanRun(stream, PlanArrivals.none(stream), 10, 1, done -> {})
                .run(answering(1, 7, 2, 3)))
        .containsExactly(3, 2);
    Plan whole = HistorySplits.leaveOneOut(clicks, false);
    assertThat(
            new PlanRun(whole, PlanArrivals.none(whole), 10, 1, done -> {})
                .run(answering(1, 7, 2, 3)))
        .containsExactly(4);
  }

  /** Ranks every target fourth, behind the first of these, which stand at the top. */
  private static EvalModel answering(int... top) {
    return new RecordingModel() {
      @Override
      public void ask(int number, Prediction prediction, Answers answers) {
        answers.answer(number, 4, top);
      }
    };
  }

  @Test
  void allReadingsOfAStreamAskForTheSameSessionsLastItems() throws IOException {
    Set<Integer> paper = lastTargets(StreamSplit.PAPER);
    assertThat(lastTargets(StreamSplit.LIVE)).isEqualTo(lastTargets(StreamSplit.STRICT));
    assertThat(lastTargets(StreamSplit.LIVE)).containsAll(paper);
  }

  private static Set<Integer> lastTargets(String reading) throws IOException {
    return stream(reading).asked.stream()
        .filter(a -> a.prediction().last())
        .map(a -> a.prediction().targetClick().session())
        .collect(Collectors.toSet());
  }
}
