package dev.dolmen.evaluation.gru4rec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.trainer.baseline.Click;
import dev.dolmen.trainer.baseline.Clicks;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Gru4RecRecommenderTest {
  private static final int SESSIONS = 50;
  private static final int LENGTH = 5;

  private static Gru4RecOptions options(GruLoss loss, int batch, int maxWaiting, int sessions) {
    return new Gru4RecOptions(
        64, batch, maxWaiting, 128, 0.5, loss, 0, 0, 0.2, 0, 0, 20, 1_000, sessions, 1);
  }

  private static Gru4RecOptions withDropout(long seed) {
    return new Gru4RecOptions(
        8, 4, 100, 16, 0.5, GruLoss.CROSS_ENTROPY, 1, 0, 0.1, 0.2, 0.3, 5, 1_000, 20, seed);
  }

  /** Each has its own first item; the others are shared, so that the last one does not suffice. */
  private static int[][] sessions() {
    SplittableRandom random = new SplittableRandom(7);
    int[][] sessions = new int[SESSIONS][LENGTH];
    for (int s = 0; s < SESSIONS; s++) {
      sessions[s][0] = s;
      for (int i = 1; i < LENGTH; i++) {
        sessions[s][i] = SESSIONS + random.nextInt(30);
      }
    }
    return sessions;
  }

  @ParameterizedTest
  @EnumSource(GruLoss.class)
  void learnsFiftySessionsByHeart(GruLoss loss) {
    Gru4RecRecommender recommender = new Gru4RecRecommender(options(loss, 10, 1_000, 100));
    int[][] sessions = sessions();
    for (int pass = 0; pass < 200; pass++) {
      for (int s = 0; s < SESSIONS; s++) {
        Clicks.learn(recommender, Clicks.session((long) pass * SESSIONS + s, sessions[s]));
      }
    }
    recommender.learnWaiting();
    int first = 0;
    for (int[] session : sessions) {
      for (int n = 1; n < LENGTH; n++) {
        int[] prefix = Arrays.copyOf(session, n);
        first += Clicks.ask(recommender, prefix).rankOf(session[n]) == 1 ? 1 : 0;
      }
    }
    assertThat(first).isGreaterThan(SESSIONS * (LENGTH - 1) * 95 / 100);
  }

  @Test
  void givesTheSameBitsForTheSameSeedAndOthersForAnother() {
    List<Click> clicks = Clicks.random(5, 800, 60, 12);
    int hash = Clicks.hashOfAnswers(new Gru4RecRecommender(withDropout(1)), clicks);
    assertThat(Clicks.hashOfAnswers(new Gru4RecRecommender(withDropout(1)), clicks))
        .isEqualTo(hash);
    assertThat(Clicks.hashOfAnswers(new Gru4RecRecommender(withDropout(2)), clicks))
        .isNotEqualTo(hash);
  }

  /** Ten sessions one after the other: with a step of three sessions, the first waits for two. */
  @Test
  void learnsWhenSoManySessionsHaveClicks() {
    Gru4RecOptions options = options(GruLoss.CROSS_ENTROPY, 3, 1_000, 100);
    Gru4RecRecommender recommender = new Gru4RecRecommender(options);
    Clicks.learn(recommender, Clicks.session(1, 1, 2, 3, 4, 5, 6));
    Clicks.learn(recommender, Clicks.session(2, 1, 2));
    Clicks.learn(recommender, List.of(new Click(3, 1, 0)));
    float before = Clicks.ask(recommender, 1).score(2);
    recommender.learn(new Click(3, 7, 1));
    float after = Clicks.ask(recommender, 1).score(2);
    assertThat(after).isNotEqualTo(before);
    recommender.learnWaiting();
    float all = Clicks.ask(recommender, 1).score(2);
    assertThat(all).isNotEqualTo(after);
    recommender.learnWaiting();
    assertThat(Clicks.ask(recommender, 1).score(2)).isEqualTo(all);
  }

  @Test
  void learnsWithFewerSessionsWhenTooManyClicksWait() {
    Gru4RecOptions options = options(GruLoss.CROSS_ENTROPY, 100, 4, 100);
    Gru4RecRecommender recommender = new Gru4RecRecommender(options);
    Clicks.learn(recommender, Clicks.session(1, 1, 2, 3, 4));
    float before = Clicks.ask(recommender, 1).score(2);
    recommender.learn(new Click(1, 5, 9));
    assertThat(Clicks.ask(recommender, 1).score(2)).isNotEqualTo(before);
  }

  /** With room for one session, its clicks are learned before the next one takes its place. */
  @Test
  void learnsWhatWaitsOfASessionBeforeItIsForgotten() {
    Gru4RecOptions options = options(GruLoss.CROSS_ENTROPY, 100, 1_000, 1);
    Gru4RecRecommender recommender = new Gru4RecRecommender(options);
    Clicks.learn(recommender, Clicks.session(1, 1, 2, 3));
    float before = Clicks.ask(recommender, 1).score(2);
    recommender.learn(new Click(2, 1, 9));
    float after = Clicks.ask(recommender, 1).score(2);
    assertThat(after).isNotEqualTo(before);
    recommender.learnWaiting();
    assertThat(Clicks.ask(recommender, 1).score(2)).isEqualTo(after);
  }

  @Test
  void scoresWhatWasClickedAndNothingForAnUnknownPrefix() {
    Gru4RecOptions options = options(GruLoss.BPR_MAX, 2, 100, 10);
    Gru4RecRecommender recommender = new Gru4RecRecommender(options);
    assertThat(Clicks.ask(recommender, 1).size()).isZero();
    Clicks.learn(recommender, Clicks.session(1, 3, 8, 3));
    recommender.learnWaiting();
    assertThat(Clicks.ask(recommender, 3).size()).isEqualTo(2);
    assertThat(Clicks.ask(recommender, 500).size()).isZero();
  }

  @Test
  void refusesAnItemBeyondTheBoundAndOptionsOutOfRange() {
    Gru4RecRecommender recommender = new Gru4RecRecommender(options(GruLoss.BPR_MAX, 2, 100, 10));
    assertThatThrownBy(() -> recommender.learn(new Click(1, 1_000, 0)))
        .hasMessage("item: 1000, expected 0 to 999");
    assertThatThrownBy(() -> options(GruLoss.BPR_MAX, 0, 100, 10))
        .hasMessage("gru4rec.batchSessions: 0, expected 1 to 4096");
  }
}
