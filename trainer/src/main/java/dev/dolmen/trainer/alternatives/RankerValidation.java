package dev.dolmen.trainer.alternatives;

import dev.dolmen.parameterstore.random.MixedBits;
import dev.dolmen.trainer.baseline.ItemScorer;
import dev.dolmen.trainer.baseline.ItemScores;
import dev.dolmen.trainer.baseline.ServedRecommender;
import dev.dolmen.trainer.baseline.SessionPrefix;
import dev.dolmen.trainer.session.SessionHistory;
import dev.dolmen.trainer.validation.RankCounts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Progressive validation of baselines on a share of the clicks: as the model's, each is predicted
 * among all items from what was learned before its batch, ties against the target. Owned by the
 * training thread, but for {@link #figures}.
 */
final class RankerValidation {
  private final Map<RankerKind, Ranked> ranked = new EnumMap<>(RankerKind.class);
  private final ItemNumbers numbers;
  private final double share;
  private final List<Question> questions = new ArrayList<>();
  private final SessionPrefix prefix = new SessionPrefix(RankerReader.REACH);
  private final ItemScores scores = new ItemScores();

  /** Of one baseline; counts are read under its own monitor. */
  private record Ranked(ItemScorer scorer, RankCounts counts) {}

  private record Question(long session, SessionHistory before, int target, long timeSec) {}

  /**
   * @param share of the clicks that are predicted
   */
  RankerValidation(Map<RankerKind, ServedRecommender> rankers, ItemNumbers numbers, double share) {
    rankers.forEach(
        (kind, ranker) -> ranked.put(kind, new Ranked(ranker.scorer(), new RankCounts())));
    this.numbers = numbers;
    this.share = share;
  }

  /** A click that could be predicted; the next {@link #predict} does, if it is drawn. */
  void offer(long number, long session, SessionHistory before, int target, long timeSec) {
    if (MixedBits.fraction(MixedBits.otherMix(number + MixedBits.GOLDEN)) < share) {
      questions.add(new Question(session, before, target, timeSec));
    }
  }

  /** Predicts what was drawn, by all of the baselines. */
  void predict() {
    for (Question question : questions) {
      SessionHistory before = question.before;
      prefix.start(question.session);
      for (int i = 0; i < before.length(); i++) {
        prefix.add(numbers.of(before.item(i)), Math.floorDiv(before.timeMs(i), 1_000));
      }
      int target = numbers.of(question.target);
      for (Ranked one : ranked.values()) {
        int rank = rank(one.scorer, target, question.timeSec);
        synchronized (one.counts) {
          one.counts.add(rank, 1);
        }
      }
    }
    questions.clear();
  }

  private int rank(ItemScorer scorer, int target, long timeSec) {
    scores.reset(Integer.MAX_VALUE);
    scorer.score(prefix, timeSec, scores);
    return RankCounts.cut(scores.rankOf(target));
  }

  /** Figures of one of them. Any thread. */
  RankerFigures figures(RankerKind kind, long clicks, long memoryBytes) {
    RankCounts counts = Objects.requireNonNull(ranked.get(kind)).counts;
    synchronized (counts) {
      return new RankerFigures(kind, clicks, counts.figures(), memoryBytes);
    }
  }
}
