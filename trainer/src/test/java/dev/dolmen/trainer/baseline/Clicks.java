package dev.dolmen.trainer.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Clicks for tests. */
public final class Clicks {
  private Clicks() {}

  /** Clicks of one session, a second apart from second 0 on. */
  public static List<Click> session(long session, int... items) {
    List<Click> clicks = new ArrayList<>();
    for (int i = 0; i < items.length; i++) {
      clicks.add(new Click(session, items[i], i));
    }
    return clicks;
  }

  /** Interleaved sessions that come and go, over a skewed catalogue; times mostly rise. */
  public static List<Click> random(long seed, int count, int items, int openSessions) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Click> clicks = new ArrayList<>();
    long next = openSessions;
    long[] open = new long[openSessions];
    for (int i = 0; i < openSessions; i++) {
      open[i] = i;
    }
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(openSessions);
      if (random.nextInt(6) == 0) {
        open[at] = next++;
      }
      int one = random.nextInt(items);
      int item = Math.min(one, random.nextInt(items));
      clicks.add(
          new Click(open[at] * 0x9E3779B97F4A7C15L, item, 1_000 + i * 3L - random.nextInt(5)));
    }
    return clicks;
  }

  public static void learn(OnlineRecommender recommender, List<Click> clicks) {
    clicks.forEach(recommender::learn);
  }

  /** The answer to a question. */
  public static ItemScores ask(OnlineRecommender recommender, int... prefix) {
    return ask(recommender, 0, SessionPrefix.of(prefix));
  }

  public static ItemScores ask(OnlineRecommender recommender, long nowSec, SessionPrefix prefix) {
    ItemScores scores = new ItemScores();
    scores.reset(1_000);
    recommender.score(prefix, nowSec, scores);
    return scores;
  }

  /**
   * Bits of all answers to every prefix of the clicks' sessions, each asked before it is learned.
   */
  public static int hashOfAnswers(OnlineRecommender recommender, List<Click> clicks) {
    ItemScores scores = new ItemScores();
    int hash = 1;
    for (int n = 0; n < clicks.size(); n++) {
      Click click = clicks.get(n);
      SessionPrefix prefix = new SessionPrefix(5);
      prefix.start(click.session());
      for (Click before : clicks.subList(0, n)) {
        if (before.session() == click.session()) {
          prefix.add(before.item(), before.timeSec());
        }
      }
      scores.reset(1_000);
      recommender.score(prefix, click.timeSec(), scores);
      for (int i = 0; i < scores.size(); i++) {
        hash = 31 * hash + scores.item(i);
        hash = 31 * hash + Float.floatToIntBits(scores.score(scores.item(i)));
      }
      recommender.learn(click);
    }
    return hash;
  }
}
