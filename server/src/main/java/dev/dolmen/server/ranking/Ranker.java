package dev.dolmen.server.ranking;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers ranking requests that have been validated. Any thread; each gets scratch memory of its
 * own, so that the threads that rank should be few and live long.
 */
public final class Ranker {
  private final Recommender recommender;
  private final Scorer scorer;
  private final SimilarItems similarItems;
  private final ThreadLocal<RankingScratch> scratch;

  /**
   * @param mayCome whether an item that the catalogue does not have may be about to come into it:
   *     it is left out then, not refused
   * @param shown takes what was shown
   * @param requestIds unique ids for responses
   * @param choice of what ranks
   * @param index of the items of {@code live}
   * @param meters told how many searches share a pass over the items
   */
  public Ranker(
      LiveState live,
      Predicate<String> mayCome,
      Consumer<Impression> shown,
      InstantSource clock,
      Supplier<String> requestIds,
      RankerChoice choice,
      ItemIndex index,
      MeterRegistry meters) {
    recommender = new Recommender(live, mayCome, shown, clock, requestIds, choice, index);
    scorer = new Scorer(live, clock);
    similarItems = new SimilarItems(live);
    DistributionSummary together =
        DistributionSummary.builder("dolmen.search.together")
            .description("Requests whose searches shared a pass over the items")
            .register(meters);
    scratch =
        ThreadLocal.withInitial(
            () -> new RankingScratch(live, mayCome, choice.reader(), index, together));
  }

  /**
   * The k best items for a session. A session of which nothing is known yet is answered with the
   * items clicked most recently, then the newest ones. What ranks is up to the {@link
   * RankerChoice}; what may be returned is not.
   *
   * @param features of what comes with the session
   * @param waitedMs for which the request has waited for its turn
   * @param caller asked between the steps; what it throws ends the computation
   * @param answer on this thread, before this returns or when its search has shared a pass with
   *     those of other requests
   * @throws UnknownItemException for an event or a candidate that is no item, if the request is
   *     strict
   */
  public void recommend(
      RecommendRequest request,
      SessionFeatures features,
      long waitedMs,
      Caller caller,
      Answer<RecommendResponse> answer) {
    recommender.recommend(request, features, waitedMs, caller, scratch.get(), answer);
  }

  /**
   * Scores of given items, in the order given.
   *
   * @param features of what comes with the request
   * @param caller asked before each item; what it throws ends the computation
   * @throws UnknownItemException for an event or an item that is none, if the request is strict
   */
  public ScoreResponse score(ScoreRequest request, ScoreFeatures features, Caller caller) {
    return scorer.score(request, features, caller, scratch.get());
  }

  /**
   * The k items closest to an item; all vectors have length 1, so the dot product is the cosine.
   *
   * @param features of the request's item; null if it names one of the catalogue
   * @param caller asked while it is searched; what it throws ends the computation
   * @param answer as for {@link #recommend}
   * @throws UnknownItemException if there is no such item
   */
  public void similar(
      SimilarRequest request,
      @Nullable Features features,
      Caller caller,
      Answer<SimilarResponse> answer) {
    similarItems.similar(request, features, caller, scratch.get(), answer);
  }
}
