package dev.dolmen.traffic.drill.attack;

import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import dev.dolmen.v1.RecommendationServiceGrpc;

/** Paths of methods as HTTP/2 names them. */
final class Methods {
  static final String RECOMMEND =
      "/" + RecommendationServiceGrpc.getRecommendMethod().getFullMethodName();
  static final String LIST_ITEMS =
      "/" + CatalogServiceGrpc.getListItemsMethod().getFullMethodName();
  static final String UPSERT_ITEMS =
      "/" + CatalogServiceGrpc.getUpsertItemsMethod().getFullMethodName();
  static final String PUBLISH = "/" + FeedbackServiceGrpc.getPublishMethod().getFullMethodName();
  static final String PUBLISH_BATCH =
      "/" + FeedbackServiceGrpc.getPublishBatchMethod().getFullMethodName();

  private Methods() {}
}
