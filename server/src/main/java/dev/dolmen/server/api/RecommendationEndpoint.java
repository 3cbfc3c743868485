package dev.dolmen.server.api;

import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.map.ItemMap;
import dev.dolmen.server.ranking.Answer;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.ScoreFeatures;
import dev.dolmen.server.ranking.SessionFeatures;
import dev.dolmen.trainer.history.RecentImpressions;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.trainer.learn.VersionSwitch;
import dev.dolmen.v1.ListImpressionsRequest;
import dev.dolmen.v1.ListImpressionsResponse;
import dev.dolmen.v1.MapItemsRequest;
import dev.dolmen.v1.MapItemsResponse;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ranks. Throws what is wrong with a request, of which {@link ErrorBarrier} makes a status; what
 * goes wrong in a search that is shared with others fails its own call alone.
 */
final class RecommendationEndpoint extends RecommendationServiceGrpc.RecommendationServiceImplBase {
  private final Validation validation;
  private final KnownKeys keys;
  private final Ranker ranker;
  private final ItemMap map;
  private final VisitHistory visits;
  private final MapValidation mapValidation;
  private final VersionSwitch versions;
  private final MeterRegistry meters;

  /**
   * @param live what is ranked and drawn; each answer is of one of its versions
   * @param shown what visits were shown lately
   * @param meters for their clock
   */
  RecommendationEndpoint(
      Validation validation,
      KnownKeys keys,
      Ranker ranker,
      LiveState live,
      RecentImpressions shown,
      MeterRegistry meters) {
    visits = new VisitHistory(shown);
    versions = live.versions();
    map = new ItemMap(live, meters.config().clock()::monotonicTime);
    mapValidation = new MapValidation(live.schema());
    this.validation = validation;
    this.keys = keys;
    this.ranker = ranker;
    this.meters = meters;
  }

  @Override
  public void recommend(RecommendRequest sent, StreamObserver<RecommendResponse> out) {
    RecommendRequest request = keys.request(sent);
    Caller caller = Admission.caller();
    SessionFeatures features = validation.recommend(request, caller);
    long waitedMs = ArrivalTimes.waitedMs(meters.config().clock().monotonicTime());
    within(
        new CallAnswer<>(RecommendationServiceGrpc.getRecommendMethod(), out),
        answer -> ranker.recommend(request, features, waitedMs, caller, answer));
  }

  @Override
  public void score(ScoreRequest sent, StreamObserver<ScoreResponse> out) {
    ScoreRequest request = keys.request(sent);
    Caller caller = Admission.caller();
    ScoreFeatures features = validation.score(request, caller);
    ScoreResponse response;
    versions.enter();
    try {
      response = ranker.score(request, features, caller);
    } finally {
      versions.leave();
    }
    answer(out, response);
  }

  @Override
  public void similar(SimilarRequest sent, StreamObserver<SimilarResponse> out) {
    SimilarRequest request = keys.request(sent);
    Caller caller = Admission.caller();
    @Nullable Features features = validation.similar(request);
    within(
        new CallAnswer<>(RecommendationServiceGrpc.getSimilarMethod(), out),
        answer -> ranker.similar(request, features, caller, answer));
  }

  @Override
  public void mapItems(MapItemsRequest request, StreamObserver<MapItemsResponse> out) {
    int[] slots = mapValidation.slots(request);
    MapItemsResponse response;
    versions.enter();
    try {
      response = map.of(request, slots, Admission.caller());
    } finally {
      versions.leave();
    }
    answer(out, response);
  }

  @Override
  public void listImpressions(
      ListImpressionsRequest request, StreamObserver<ListImpressionsResponse> out) {
    answer(out, visits.of(request));
  }

  /** Computes an answer within one version; what is thrown is of the call, which has left then. */
  private <T> void within(Answer<T> to, Consumer<Answer<T>> computing) {
    VersionedAnswer<T> answer = new VersionedAnswer<>(versions, to);
    boolean computed = false;
    try {
      computing.accept(answer);
      computed = true;
    } finally {
      if (!computed) {
        answer.leave();
      }
    }
  }

  private static <T> void answer(StreamObserver<T> out, T response) {
    out.onNext(response);
    out.onCompleted();
  }
}
