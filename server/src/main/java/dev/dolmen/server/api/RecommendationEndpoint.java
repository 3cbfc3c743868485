package dev.dolmen.server.api;

import dev.dolmen.server.budget.Caller;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.SessionFeatures;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Ranks. Throws what is wrong with a request, of which {@link ErrorBarrier} makes a status; what
 * goes wrong in a search that is shared with others fails its own call alone.
 */
final class RecommendationEndpoint extends RecommendationServiceGrpc.RecommendationServiceImplBase {
  private final Validation validation;
  private final KnownKeys keys;
  private final Ranker ranker;
  private final MeterRegistry meters;

  /**
   * @param meters for their clock
   */
  RecommendationEndpoint(
      Validation validation, KnownKeys keys, Ranker ranker, MeterRegistry meters) {
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
    ranker.recommend(
        request,
        features,
        waitedMs,
        caller,
        new CallAnswer<>(RecommendationServiceGrpc.getRecommendMethod(), out));
  }

  @Override
  public void score(ScoreRequest sent, StreamObserver<ScoreResponse> out) {
    ScoreRequest request = keys.request(sent);
    Caller caller = Admission.caller();
    answer(out, ranker.score(request, validation.score(request, caller), caller));
  }

  @Override
  public void similar(SimilarRequest sent, StreamObserver<SimilarResponse> out) {
    SimilarRequest request = keys.request(sent);
    Caller caller = Admission.caller();
    ranker.similar(
        request,
        validation.similar(request),
        caller,
        new CallAnswer<>(RecommendationServiceGrpc.getSimilarMethod(), out));
  }

  private static <T> void answer(StreamObserver<T> out, T response) {
    out.onNext(response);
    out.onCompleted();
  }
}
