package dev.dolmen.evaluation.model;

import static dev.dolmen.evaluation.protocol.SmallDatasets.click;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.run.RecordingModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class NightlyModelTest {
  private static final long DAY_SEC = 24 * 3_600;

  private final RecordingModel learner = new RecordingModel();
  private final NightlyModel nightly = new NightlyModel(learner);

  private static EvalClick at(int item, long day, long sec) {
    // The stream of the test shops begins in the middle of a day.
    return click(0, item, day * DAY_SEC + sec);
  }

  private static List<Integer> items(List<EvalClick> clicks) {
    return clicks.stream().map(EvalClick::item).toList();
  }

  @Test
  void aDaysClicksAreLearnedWhenItIsOver() throws Exception {
    nightly.beginPass();
    nightly.learn(at(1, 0, 0));
    nightly.learn(at(2, 0, 1));
    assertThat(items(learner.learned)).containsExactly(1, 2);
    nightly.learn(at(3, 1, 0));
    nightly.learn(at(4, 1, 1));
    nightly.settle();
    assertThat(items(learner.learned)).containsExactly(1, 2);
    nightly.learn(at(5, 2, 0));
    assertThat(items(learner.learned)).containsExactly(1, 2, 3, 4);
    // A click of yesterday that comes today waits with today's.
    nightly.learn(at(6, 1, 2));
    assertThat(items(learner.learned)).containsExactly(1, 2, 3, 4);
  }

  @Test
  void theFirstPredictionOfADayIsAnsweredWithAllOfTheDayBefore() throws Exception {
    nightly.learn(at(1, 0, 0));
    nightly.learn(at(2, 1, 0));
    Prediction prediction = new Prediction(List.of(at(1, 2, 0), at(2, 2, 1)), 1, 0, 1);
    nightly.ask(0, prediction, (number, rank, top, chances) -> {});
    assertThat(items(learner.asked.getFirst().settled())).containsExactly(1, 2);
  }
}
