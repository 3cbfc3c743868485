package dev.dolmen.server.api;

import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import dev.dolmen.v1.RecommendationServiceGrpc;
import dev.dolmen.v1.ScoreRequest;
import dev.dolmen.v1.ScoreResponse;
import dev.dolmen.v1.SimilarRequest;
import dev.dolmen.v1.SimilarResponse;
import io.grpc.stub.StreamObserver;

/** Ranks. Throws what is wrong; {@link ErrorBarrier} makes statuses of it. */
final class RecommendationEndpoint extends RecommendationServiceGrpc.RecommendationServiceImplBase {
  private final Validation validation;
  private final Ranker ranker;

  RecommendationEndpoint(Validation validation, Ranker ranker) {
    this.validation = validation;
    this.ranker = ranker;
  }

  @Override
  public void recommend(RecommendRequest request, StreamObserver<RecommendResponse> out) {
    validation.recommend(request);
    answer(out, ranker.recommend(request));
  }

  @Override
  public void score(ScoreRequest request, StreamObserver<ScoreResponse> out) {
    validation.score(request);
    answer(out, ranker.score(request));
  }

  @Override
  public void similar(SimilarRequest request, StreamObserver<SimilarResponse> out) {
    validation.similar(request);
    answer(out, ranker.similar(request));
  }

  private static <T> void answer(StreamObserver<T> out, T response) {
    out.onNext(response);
    out.onCompleted();
  }
}
