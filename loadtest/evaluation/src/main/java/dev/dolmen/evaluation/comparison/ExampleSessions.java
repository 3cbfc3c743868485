package dev.dolmen.evaluation.comparison;

import dev.dolmen.evaluation.model.EvalModel;
import dev.dolmen.evaluation.protocol.EvalClick;
import dev.dolmen.evaluation.protocol.EvalDataset;
import dev.dolmen.evaluation.protocol.Plan;
import dev.dolmen.evaluation.protocol.Prediction;
import dev.dolmen.evaluation.run.ExamplePredictions;
import dev.dolmen.evaluation.run.Ranking;
import java.util.Arrays;
import java.util.List;

/** Makes the example sessions of a plan, with the first run of each model. */
final class ExampleSessions {
  /** Clicks of a session that are named, the last ones. */
  private static final int SEEN = 5;

  /** Items of each model that are named. */
  private static final int FIRST = 5;

  private final EvalDataset dataset;
  private final ItemTitles titles;

  ExampleSessions(EvalDataset dataset) {
    this.dataset = dataset;
    titles = new ItemTitles(dataset.schema());
  }

  List<ExampleSession> of(Plan plan, List<Ranking> rankings) {
    return ExamplePredictions.of(plan).stream().map(p -> of(plan, p, rankings)).toList();
  }

  private ExampleSession of(Plan plan, int number, List<Ranking> rankings) {
    Prediction prediction = plan.predictions().get(number);
    List<EvalClick> clicks = prediction.prefix();
    int before = Math.max(0, clicks.size() - SEEN);
    int target = prediction.targetClick().item();
    return new ExampleSession(
        before,
        clicks.stream().skip(before).map(c -> title(c.item())).toList(),
        title(target),
        rankings.stream().map(r -> answer(r, number, target)).toList());
  }

  private ExampleSession.Answer answer(Ranking ranking, int number, int target) {
    List<ExampleSession.Suggestion> first =
        Arrays.stream(ranking.answers().example(number))
            .limit(FIRST)
            .mapToObj(i -> new ExampleSession.Suggestion(title(i), i == target))
            .toList();
    int rank = ranking.rank(number);
    return new ExampleSession.Answer(ranking.model(), first, rank <= EvalModel.TOP ? rank : 0);
  }

  private String title(int item) {
    return titles.of(dataset.item(item));
  }
}
