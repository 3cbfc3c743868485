package dev.dolmen.server.api;

import dev.dolmen.server.budget.FairThreads;
import dev.dolmen.server.charts.Charts;
import dev.dolmen.server.config.ChangedKey;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.server.config.ServerConfig;
import dev.dolmen.server.index.CellKeeper;
import dev.dolmen.server.index.ItemIndex;
import dev.dolmen.server.index.RecallSample;
import dev.dolmen.server.ranking.Ranker;
import dev.dolmen.server.ranking.RankerChoice;
import dev.dolmen.server.trace.CallTraces;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.Follower;
import dev.dolmen.trainer.SnapshotView;
import dev.dolmen.trainer.history.RecentImpressions;
import dev.dolmen.trainer.history.StreamHistory;
import dev.dolmen.trainer.learn.LiveState;
import dev.dolmen.v1.CatalogServiceGrpc;
import dev.dolmen.v1.FeedbackServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** All services over an engine or a snapshot, with what stands before them. */
public final class Endpoints {
  private static final Set<String> CATALOG_READS =
      Set.of(
          CatalogServiceGrpc.getGetItemMethod().getFullMethodName(),
          CatalogServiceGrpc.getListItemsMethod().getFullMethodName());

  private final ServerConfig config;
  private final List<ChangedKey> changed;
  private final InstantSource clock;
  private final Supplier<String> requestIds;
  private final String version;
  private final MeterRegistry meters;
  private final FairThreads ranking;
  private final CallTraces traces;
  private final Charts charts;
  private final RejectedEvents rejected;

  /**
   * Sets up what they have in common.
   *
   * @param whole the front end's part of it counts, and where it differs from the defaults
   * @param requestIds unique ids for responses
   * @param version of the program, for the status
   * @param ranking computes the answers to ranking calls; refuses what it has no room for
   * @param traces told what calls spend their time on
   * @param charts of minutes, hours and days, for operators
   */
  public Endpoints(
      DolmenConfig whole,
      InstantSource clock,
      Supplier<String> requestIds,
      String version,
      MeterRegistry meters,
      FairThreads ranking,
      CallTraces traces,
      Charts charts) {
    config = whole.server();
    changed = whole.changed();
    this.clock = clock;
    this.requestIds = requestIds;
    this.version = version;
    this.meters = meters;
    this.ranking = ranking;
    this.traces = traces;
    this.charts = charts;
    rejected = new RejectedEvents(clock);
  }

  /**
   * The services over an engine, in the order of the files that define them.
   *
   * @param cells of its items
   */
  public List<ServerServiceDefinition> over(Engine engine, CellKeeper cells) {
    LiveState live = engine.live();
    RecallSample recall = new RecallSample(meters, cells);
    RankerChoice choice =
        new RankerChoice(engine.ranking(), engine.rankers(), engine::eventsLearned, meters);
    Ranker ranker =
        new Ranker(
            live,
            engine.ingest()::mayCome,
            engine.ingest()::impression,
            clock,
            requestIds,
            choice,
            new ItemIndex(live.vectors(), live.catalog(), cells, recall),
            meters);
    Validation validation = validation(live, choice);
    KnownKeys keys = new KnownKeys(live.schema(), config.unknownKeys(), meters);
    CutValues cut = new CutValues(live.schema(), meters);
    Duration atMost = config.limits().requestTimeout();
    return services(
        new RecommendationEndpoint(
            validation, keys, ranker, live, engine.history().shown(), meters),
        new FeedbackEndpoint(validation, keys, engine.ingest(), atMost, rejected, traces, meters),
        new CatalogEndpoint(
            validation,
            keys,
            cut,
            live,
            choice.names(),
            new ItemCurves(engine.history().items(), live, clock),
            engine.ingest(),
            atMost,
            traces,
            meters),
        AdminEndpoint.Source.of(
            engine,
            status -> {
              new AlternativesStatus(engine, choice).addTo(status);
              new SearchFigures(cells, recall).addTo(status);
              status.putAllDroppedKeys(keys.dropped()).putAllCutValues(cut.counts());
            }));
  }

  /** Those of a trainer, which only its operators ask. */
  public List<ServerServiceDefinition> ofTrainer(Engine engine, CellKeeper cells) {
    return over(engine, cells).stream().map(service -> behind(service, new OfTrainer())).toList();
  }

  /**
   * The services over a server that follows a trainer. The model answers alone: baselines are the
   * trainer's.
   *
   * @param cells of its items
   */
  public List<ServerServiceDefinition> over(Follower follower, CellKeeper cells) {
    LiveState live = follower.live();
    RecallSample recall = new RecallSample(meters, cells);
    RankerChoice choice = RankerChoice.modelAlone();
    Ranker ranker =
        new Ranker(
            live,
            follower.ingest()::mayCome,
            follower.ingest()::impression,
            clock,
            requestIds,
            choice,
            new ItemIndex(live.vectors(), live.catalog(), cells, recall),
            meters);
    Validation validation = validation(live, choice);
    KnownKeys keys = new KnownKeys(live.schema(), config.unknownKeys(), meters);
    CutValues cut = new CutValues(live.schema(), meters);
    Duration atMost = config.limits().requestTimeout();
    return services(
        new RecommendationEndpoint(
            validation, keys, ranker, live, follower.history().shown(), meters),
        new FeedbackEndpoint(validation, keys, follower.ingest(), atMost, rejected, traces, meters),
        new CatalogEndpoint(
            validation,
            keys,
            cut,
            live,
            choice.names(),
            new ItemCurves(follower.history().items(), live, clock),
            follower.ingest(),
            atMost,
            traces,
            meters),
        AdminEndpoint.Source.of(
            follower,
            status -> {
              new SearchFigures(cells, recall).addTo(status);
              status.putAllDroppedKeys(keys.dropped()).putAllCutValues(cut.counts());
            }));
  }

  /**
   * The services over what a snapshot holds: what would change something is refused, and what was
   * shown is not logged.
   *
   * @param cells of its items
   */
  public List<ServerServiceDefinition> over(SnapshotView snapshot, CellKeeper cells) {
    LiveState live = snapshot.live();
    return services(
        readingOnly(live, cells),
        new FeedbackServiceGrpc.FeedbackServiceImplBase() {},
        new CatalogReads(
            live,
            RankerChoice.modelAlone().names(),
            new ItemCurves(StreamHistory.none(clock.millis()).items(), live, clock)),
        AdminEndpoint.Source.of(snapshot),
        new ReadOnly(snapshot.id()));
  }

  /**
   * Recommendations alone over what another server is about to serve: what was shown is not logged,
   * and the model answers whatever else may.
   *
   * @param cells of its items
   */
  public List<ServerServiceDefinition> rehearsal(LiveState live, CellKeeper cells) {
    return List.of(ranked(readingOnly(live, cells), admission()));
  }

  /** What it shows is not logged. */
  private RecommendationEndpoint readingOnly(LiveState live, CellKeeper cells) {
    RankerChoice choice = RankerChoice.modelAlone();
    Ranker ranker =
        new Ranker(
            live,
            item -> false,
            impression -> {},
            clock,
            requestIds,
            choice,
            new ItemIndex(live.vectors(), live.catalog(), cells, new RecallSample(meters, cells)),
            meters);
    KnownKeys keys = new KnownKeys(live.schema(), config.unknownKeys(), meters);
    RecentImpressions none = StreamHistory.none(clock.millis()).shown();
    return new RecommendationEndpoint(validation(live, choice), keys, ranker, live, none, meters);
  }

  private Validation validation(LiveState live, RankerChoice choice) {
    return new Validation(
        live.features(),
        new SizeValidation(config.sizes()),
        live.schema(),
        new EventTimes(
            clock,
            config.futureTolerance(),
            config.pastTolerance(),
            () -> live.published().eventTimeSec()),
        config.limits().maxK(),
        choice.names());
  }

  /**
   * @param gates what a call has to pass before it is answered
   */
  private List<ServerServiceDefinition> services(
      BindableService recommendations,
      BindableService feedback,
      BindableService catalog,
      AdminEndpoint.Source operated,
      ServerInterceptor... gates) {
    ServerInterceptor admission = admission();
    ServerInterceptor barrier = barrier();
    ServerInterceptor meter = new RequestMeter(meters);
    BindableService admin =
        new AdminEndpoint(
            operated
                .and(new CountedCalls(meters)::addTo)
                .and(status -> status.setHasCharts(charts.areThere())),
            clock.instant(),
            version,
            meters.config().clock()::monotonicTime,
            changed,
            charts,
            rejected);
    return List.of(
        ranked(recommendations, admission),
        behind(behind(service(feedback, barrier), gates), meter),
        behind(behind(behind(service(catalog, barrier), ofReads(admission)), gates), meter),
        behind(behind(service(admin, barrier), gates), meter));
  }

  private ServerServiceDefinition ranked(
      BindableService recommendations, ServerInterceptor admission) {
    return behind(behind(service(recommendations, barrier()), admission), new RequestMeter(meters));
  }

  private ServerInterceptor admission() {
    return new Admission(ranking, config.limits().requestTimeout(), traces, meters);
  }

  private ServerInterceptor barrier() {
    return new ErrorBarrier(config.limits().maxMessageBytes());
  }

  /**
   * Reading the catalogue is work as ranking is: it shares the threads and their bound. Changes
   * wait for the log, and hold no thread meanwhile.
   */
  private static ServerInterceptor ofReads(ServerInterceptor admission) {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return CATALOG_READS.contains(call.getMethodDescriptor().getFullMethodName())
            ? admission.interceptCall(call, headers, next)
            : next.startCall(call, headers);
      }
    };
  }

  /** A service that is not Dolmen's own, which reads requests as those of Dolmen are read. */
  public static ServerServiceDefinition strict(BindableService service, int maxMessageBytes) {
    return service(service, new ErrorBarrier(maxMessageBytes));
  }

  private static ServerServiceDefinition service(BindableService service, ServerInterceptor first) {
    return behind(StrictMarshaller.wrap(service.bindService()), first);
  }

  /** The interceptor named last is the first to see a call. */
  private static ServerServiceDefinition behind(
      ServerServiceDefinition service, ServerInterceptor... interceptors) {
    return ServerInterceptors.intercept(service, interceptors);
  }
}
