package dev.dolmen.server.api;

import dev.dolmen.parameterstore.store.SlotStatistics;
import dev.dolmen.trainer.impressions.ImpressionJoiner;
import dev.dolmen.trainer.impressions.Outcome;
import dev.dolmen.trainer.signals.PriorCheck;
import dev.dolmen.trainer.validation.ClickFigures;
import dev.dolmen.trainer.validation.SliceFigures;
import dev.dolmen.trainer.validation.ValidationFigures;
import dev.dolmen.v1.CalibrationBin;
import dev.dolmen.v1.ClickStatus;
import dev.dolmen.v1.JoinerStatus;
import dev.dolmen.v1.PopularityCheck;
import dev.dolmen.v1.RankingFigures;
import dev.dolmen.v1.SlotStatus;
import dev.dolmen.v1.ValidationSlice;
import dev.dolmen.v1.ValidationStatus;
import java.util.Locale;

/** The engine's figures as messages. */
final class StatusMessages {
  private StatusMessages() {}

  static RankingFigures ranking(dev.dolmen.trainer.validation.RankingFigures figures) {
    return RankingFigures.newBuilder()
        .setPredictions(figures.predictions())
        .setRecallAt20(figures.recallAt20())
        .setMrrAt20(figures.mrrAt20())
        .setNdcgAt20(figures.ndcgAt20())
        .setRecallAt20Low(figures.recallInterval().low())
        .setRecallAt20High(figures.recallInterval().high())
        .setMrrAt20Low(figures.mrrInterval().low())
        .setMrrAt20High(figures.mrrInterval().high())
        .build();
  }

  static ValidationStatus validation(ValidationFigures figures) {
    return ValidationStatus.newBuilder()
        .setModel(ranking(figures.model()))
        .setPopularity(ranking(figures.popularity()))
        .setNeighbors(ranking(figures.neighbors()))
        .setLoss(figures.loss())
        .build();
  }

  static ValidationSlice slice(SliceFigures slice) {
    return ValidationSlice.newBuilder()
        .setBy(slice.by())
        .setSlice(slice.slice())
        .setValidation(validation(slice.figures()))
        .build();
  }

  static PopularityCheck popularity(PriorCheck.Bin bin) {
    return PopularityCheck.newBuilder()
        .setClicksFrom(bin.clicksFrom())
        .setMeanFrom(bin.meanFrom())
        .setClaimed(bin.claimed())
        .setClicked(bin.clicked())
        .build();
  }

  static ClickStatus clicks(ClickFigures figures) {
    ClickStatus.Builder status =
        ClickStatus.newBuilder()
            .setScored(figures.scored())
            .setClicks(figures.clicks())
            .setShown(figures.shown())
            .setMeanChance(figures.meanChance())
            .setClickRate(figures.clickRate())
            .setAuc(figures.auc())
            .setLogLoss(figures.logLoss())
            .setExpectedCalibrationError(figures.calibrationError());
    for (ClickFigures.Bin bin : figures.curve()) {
      status.addCurve(
          CalibrationBin.newBuilder()
              .setShown(bin.shown())
              .setMeanChance(bin.meanChance())
              .setClickRate(bin.clickRate()));
    }
    return status.build();
  }

  static JoinerStatus joiner(ImpressionJoiner.Figures figures) {
    JoinerStatus.Builder status =
        JoinerStatus.newBuilder()
            .setWaiting(figures.waiting())
            .setLateIndex(figures.late())
            .setEarlyWaiting(figures.early());
    for (Outcome outcome : Outcome.values()) {
      status.putOutcomes(outcome.name().toLowerCase(Locale.ROOT), figures.of(outcome));
    }
    return status.build();
  }

  static SlotStatus slot(String name, SlotStatistics figures) {
    return SlotStatus.newBuilder()
        .setSlot(name)
        .setRows(figures.rows())
        .setRowBytes(figures.rowBytes())
        .setMemoryBytes(figures.memoryBytes())
        .setAdmitted(figures.admitted())
        .setFiltered(figures.filtered())
        .setExpired(figures.expired())
        .setEvicted(figures.evicted())
        .setMaxRows(figures.maxRows())
        .setMaxBytes(figures.maxBytes())
        .setRowsMemoryBytes(figures.rowsBytes())
        .setIndexMemoryBytes(figures.indexBytes())
        .setTouchedMemoryBytes(figures.touchedBytes())
        .setFilterMemoryBytes(figures.filterBytes())
        .setLookups(figures.lookups())
        .setHits(figures.hits())
        .setRefusedGradients(figures.refusedGradients())
        .build();
  }
}
