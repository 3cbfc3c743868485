package dev.dolmen.client;

import java.util.List;
import java.util.Map;

/**
 * What is tried again and how often, as gRPC's service config. Calls that only read, and events,
 * which their ids make one however often they come. A change of the catalogue is not: who asked for
 * it knows whether another came meanwhile.
 */
final class ServiceConfig {
  private static final String PACKAGE = "dolmen.v1.";

  private ServiceConfig() {}

  /** As {@code ManagedChannelBuilder.defaultServiceConfig} takes it. */
  static Map<String, Object> retries() {
    return Map.of(
        "methodConfig",
        List.of(
            Map.of(
                "name",
                List.of(
                    Map.of("service", PACKAGE + "RecommendationService"),
                    method("FeedbackService", "PublishBatch"),
                    method("CatalogService", "GetItem"),
                    method("CatalogService", "ListItems"),
                    method("CatalogService", "GetSchema"),
                    method("AdminService", "GetStatus")),
                "retryPolicy",
                Map.of(
                    "maxAttempts",
                    3.0,
                    "initialBackoff",
                    "0.05s",
                    "maxBackoff",
                    "0.5s",
                    "backoffMultiplier",
                    2.0,
                    "retryableStatusCodes",
                    List.of("UNAVAILABLE")))),
        // Of a server that answers nothing, a tenth more load than there is anyway.
        "retryThrottling",
        Map.of("maxTokens", 10.0, "tokenRatio", 0.1));
  }

  private static Map<String, Object> method(String service, String name) {
    return Map.of("service", PACKAGE + service, "method", name);
  }
}
