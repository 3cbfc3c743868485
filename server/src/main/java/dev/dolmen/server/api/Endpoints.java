package dev.dolmen.server.api;

import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.SnapshotView;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.FeedbackServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** All services over one engine, with what stands before them. */
public final class Endpoints {
  private Endpoints() {}

  /**
   * The services, in the order of the files that define them.
   *
   * @param requestIds unique ids for responses
   * @param version of the program, for the status
   */
  public static List<ServerServiceDefinition> over(
      Engine engine,
      ServerConfig config,
      InstantSource clock,
      Supplier<String> requestIds,
      String version,
      MeterRegistry meters) {
    LiveState live = engine.live();
    Validation validation =
        new Validation(
            live.features(),
            live.schema(),
            clock,
            config.futureTolerance(),
            config.limits().maxK());
    RankerChoice choice =
        new RankerChoice(engine.ranking(), engine.rankers(), engine::eventsLearned, meters);
    Ranker ranker =
        new Ranker(
            live, engine.ingest()::mayCome, engine.ingest()::impression, clock, requestIds, choice);
    ServerInterceptor meter = new RequestMeter(meters);
    ServerInterceptor barrier = new ErrorBarrier();
    ServerInterceptor admission =
        new Admission(
            config.limits().maxConcurrentRequests(), config.limits().requestTimeout(), meters);
    return List.of(
        service(new RecommendationEndpoint(validation, ranker, meters), barrier, admission, meter),
        service(new FeedbackEndpoint(validation, engine.ingest(), meters), barrier, meter),
        service(new CatalogEndpoint(validation, live, engine.ingest(), meters), barrier, meter),
        service(
            new AdminEndpoint(AdminEndpoint.Source.of(engine, choice), clock.instant(), version),
            barrier,
            meter));
  }

  /**
   * The services over what a snapshot holds: what would change something is refused, and what was
   * shown is not logged.
   */
  public static List<ServerServiceDefinition> readOnly(
      SnapshotView reading,
      ServerConfig config,
      InstantSource clock,
      Supplier<String> requestIds,
      String version,
      MeterRegistry meters) {
    LiveState live = reading.live();
    Validation validation =
        new Validation(
            live.features(),
            live.schema(),
            clock,
            config.futureTolerance(),
            config.limits().maxK());
    Ranker ranker =
        new Ranker(
            live, item -> false, impression -> {}, clock, requestIds, RankerChoice.modelAlone());
    ServerInterceptor meter = new RequestMeter(meters);
    ServerInterceptor barrier = new ErrorBarrier();
    ServerInterceptor admission =
        new Admission(
            config.limits().maxConcurrentRequests(), config.limits().requestTimeout(), meters);
    ServerInterceptor reads = new ReadOnly(reading.id());
    AdminEndpoint.Source source = AdminEndpoint.Source.of(reading);
    return List.of(
        service(new RecommendationEndpoint(validation, ranker, meters), barrier, admission, meter),
        service(new FeedbackServiceGrpc.FeedbackServiceImplBase() {}, reads, meter),
        service(new CatalogReads(live), barrier, reads, meter),
        service(new AdminEndpoint(source, clock.instant(), version), barrier, reads, meter));
  }

  /** The interceptor named last is the first to see a call. */
  private static ServerServiceDefinition service(
      BindableService service, ServerInterceptor... interceptors) {
    return ServerInterceptors.intercept(StrictMarshaller.wrap(service.bindService()), interceptors);
  }
}
