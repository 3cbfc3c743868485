package dev.dolmen.server.api;

import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.alternatives.ArmFigures;
import dev.dolmen.trainer.alternatives.RankerFigures;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.v1.ArmStatus;
import dev.dolmen.v1.ExperimentStatus;
import dev.dolmen.v1.FallbackStatus;
import dev.dolmen.v1.RankerStatus;
import dev.dolmen.v1.StatusResponse;
import java.util.List;

/** What the status says of all that answers beside the model. */
final class AlternativesStatus {
  private final Engine engine;
  private final RankerChoice choice;

  AlternativesStatus(Engine engine, RankerChoice choice) {
    this.engine = engine;
    this.choice = choice;
  }

  void addTo(StatusResponse.Builder response) {
    List<ArmFigures> arms = engine.arms();
    if (!arms.isEmpty()) {
      ExperimentStatus.Builder experiment =
          ExperimentStatus.newBuilder().setName(engine.ranking().experiment().name());
      arms.forEach(arm -> experiment.addArms(arm(arm)));
      response.setExperiment(experiment);
    }
    engine.rankers().figures().forEach(figures -> response.addRankers(ranker(figures)));
    RankerKind fallback = choice.fallback();
    if (fallback != null) {
      response.setFallback(
          FallbackStatus.newBuilder()
              .setRanker(fallback.label())
              .setLearning(choice.learning())
              .setWaited(choice.waited()));
    }
  }

  private static ArmStatus arm(ArmFigures figures) {
    return ArmStatus.newBuilder()
        .setArm(figures.arm().name())
        .setRanker(figures.arm().ranker().label())
        .setShare(figures.arm().share())
        .setAnswers(figures.answers())
        .setClickedAnswers(figures.clickedAnswers())
        .setClicks(figures.clicks())
        .setClickRate(figures.clickRate())
        .setClickRateMargin(figures.clickRateMargin())
        .setToFirst(figures.toFirst())
        .setToFirstMargin(figures.toFirstMargin())
        .build();
  }

  private static RankerStatus ranker(RankerFigures figures) {
    return RankerStatus.newBuilder()
        .setRanker(figures.kind().label())
        .setClicks(figures.clicks())
        .setRanking(StatusMessages.ranking(figures.ranking()))
        .setMemoryBytes(figures.memoryBytes())
        .build();
  }
}
