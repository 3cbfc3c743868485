package dev.dolmen.server.api;

import com.google.protobuf.Timestamp;
import dev.dolmen.parameterstore.memory.ResidentMemory;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.server.charts.Charts;
import dev.dolmen.server.charts.NoChartsException;
import dev.dolmen.server.config.ChangedKey;
import dev.dolmen.trainer.ClusterFigures;
import dev.dolmen.trainer.Engine;
import dev.dolmen.trainer.EngineStatus;
import dev.dolmen.trainer.Follower;
import dev.dolmen.trainer.ParametersHash;
import dev.dolmen.trainer.SnapshotView;
import dev.dolmen.trainer.ingest.ReplayProgress;
import dev.dolmen.trainer.learn.LearningFigures;
import dev.dolmen.trainer.signals.PriorCheck;
import dev.dolmen.trainer.snapshot.SnapshotInfo;
import dev.dolmen.trainer.snapshot.SnapshotUploads;
import dev.dolmen.trainer.validation.SliceFigures;
import dev.dolmen.v1.AdminServiceGrpc;
import dev.dolmen.v1.ChartSpan;
import dev.dolmen.v1.ClusterStatus;
import dev.dolmen.v1.CreateSnapshotRequest;
import dev.dolmen.v1.CreateSnapshotResponse;
import dev.dolmen.v1.GetChartsRequest;
import dev.dolmen.v1.GetChartsResponse;
import dev.dolmen.v1.GetConfigRequest;
import dev.dolmen.v1.GetConfigResponse;
import dev.dolmen.v1.GetStatusRequest;
import dev.dolmen.v1.LearningStatus;
import dev.dolmen.v1.ListRejectedEventsRequest;
import dev.dolmen.v1.ListRejectedEventsResponse;
import dev.dolmen.v1.ListSnapshotsRequest;
import dev.dolmen.v1.ListSnapshotsResponse;
import dev.dolmen.v1.LogStatus;
import dev.dolmen.v1.ReplayStatus;
import dev.dolmen.v1.SnapshotStoreStatus;
import dev.dolmen.v1.StatusResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** For operators. */
final class AdminEndpoint extends AdminServiceGrpc.AdminServiceImplBase {
  private final Source source;
  private final SnapshotRequests snapshots;
  private final Instant started;
  private final String version;
  private final GetConfigResponse changed;
  private final Charts charts;
  private final RejectedEvents rejected;

  /**
   * What is operated.
   *
   * @param status its figures
   * @param schema its slots
   * @param servesReplaying whether recommendations are served while the log is replayed
   * @param servedSnapshotId of a snapshot that is served and not learned on; empty for an engine
   * @param snapshots takes one
   * @param kept those that there are
   * @param cluster the process among others; null if it is alone
   * @param hash of what is ranked with
   * @param others add what else there is to say
   */
  record Source(
      Supplier<EngineStatus> status,
      Schema schema,
      boolean servesReplaying,
      String servedSnapshotId,
      SnapshotRequests.Taking snapshots,
      Supplier<ListSnapshotsResponse> kept,
      Supplier<@Nullable ClusterFigures> cluster,
      Callable<ParametersHash> hash,
      Consumer<StatusResponse.Builder> others) {
    static Source of(Follower follower, Consumer<StatusResponse.Builder> others) {
      return new Source(
          follower::status,
          follower.live().schema(),
          false,
          "",
          () -> {
            throw new IOException("the trainer takes them");
          },
          ListSnapshotsResponse::getDefaultInstance,
          follower::cluster,
          follower::parametersHash,
          others.andThen(
              status -> status.setLog(LogStatus.newBuilder().setNotTaking(follower.notTaking()))));
    }

    static Source of(Engine engine, Consumer<StatusResponse.Builder> others) {
      return new Source(
          engine::status,
          engine.live().schema(),
          engine.hasModel(),
          "",
          engine::snapshot,
          () -> SnapshotList.of(engine),
          engine::cluster,
          engine::parametersHash,
          others.andThen(status -> addLogAndStore(status, engine)));
    }

    private static void addLogAndStore(StatusResponse.Builder status, Engine engine) {
      status.setLog(log(engine));
      SnapshotUploads.Figures store = engine.snapshotStore();
      if (store != null) {
        status.setSnapshotStore(
            SnapshotStoreStatus.newBuilder()
                .setLocation(store.location())
                .setNewestId(store.newestId())
                .setNewestModelVersion(store.newestBatches())
                .setAgeSeconds(store.ageSec())
                .setFailures(store.failures())
                .setProblem(store.problem())
                .setBytes(store.bytes()));
      }
    }

    /** The same, with what somebody else has to say. */
    Source and(Consumer<StatusResponse.Builder> more) {
      return new Source(
          status,
          schema,
          servesReplaying,
          servedSnapshotId,
          snapshots,
          kept,
          cluster,
          hash,
          others.andThen(more));
    }

    private static LogStatus log(Engine engine) {
      return LogStatus.newBuilder()
          .setBytes(engine.bound().bytes())
          .setMaxBytes(engine.bound().maxBytes())
          .setDamage(engine.damage())
          .setNotTaking(engine.notTaking())
          .build();
    }

    static Source of(SnapshotView reading) {
      return new Source(
          reading::status,
          reading.live().schema(),
          false,
          reading.id(),
          () -> {
            throw new IOException("this is one");
          },
          ListSnapshotsResponse::getDefaultInstance,
          () -> null,
          () -> {
            throw new IOException("a snapshot is served");
          },
          response -> {});
    }
  }

  /**
   * @param nanos monotonic time
   * @param changed where the configuration differs from the defaults
   * @param charts of minutes, hours and days
   * @param rejected why events were
   */
  AdminEndpoint(
      Source source,
      Instant started,
      String version,
      LongSupplier nanos,
      List<ChangedKey> changed,
      Charts charts,
      RejectedEvents rejected) {
    this.rejected = rejected;
    this.charts = charts;
    this.changed = changed(changed);
    this.source = source;
    snapshots = new SnapshotRequests(source.snapshots(), nanos, TimeUnit.NANOSECONDS::sleep);
    this.started = started;
    this.version = version;
  }

  private static GetConfigResponse changed(List<ChangedKey> keys) {
    GetConfigResponse.Builder response = GetConfigResponse.newBuilder();
    for (ChangedKey key : keys) {
      response
          .addChangedBuilder()
          .setKey(key.key())
          .setValue(key.value())
          .setDefaultValue(key.byDefault());
    }
    return response.build();
  }

  @Override
  public void listRejectedEvents(
      ListRejectedEventsRequest request, StreamObserver<ListRejectedEventsResponse> out) {
    out.onNext(rejected.list());
    out.onCompleted();
  }

  @Override
  public void listSnapshots(
      ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> out) {
    out.onNext(source.kept().get());
    out.onCompleted();
  }

  @Override
  public void getConfig(GetConfigRequest request, StreamObserver<GetConfigResponse> out) {
    out.onNext(changed);
    out.onCompleted();
  }

  @Override
  public void getCharts(GetChartsRequest request, StreamObserver<GetChartsResponse> out) {
    if (!charts.areThere() && request.getSpan() != ChartSpan.CHART_SPAN_MINUTES) {
      throw Status.FAILED_PRECONDITION
          .withDescription(
              "server.http.prometheus.url names no Prometheus that has charts; of"
                  + " CHART_SPAN_MINUTES the process has its own")
          .asRuntimeException();
    }
    GetChartsResponse response;
    try {
      response = charts.of(request.getSpan());
    } catch (NoChartsException e) {
      throw Errors.unavailable(String.valueOf(e.getMessage()));
    }
    if (response == null) {
      throw Errors.invalid(
          "span",
          "none that there is, expected CHART_SPAN_MINUTES, CHART_SPAN_HOUR, CHART_SPAN_DAY or"
              + " CHART_SPAN_WEEK");
    }
    out.onNext(response);
    out.onCompleted();
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<StatusResponse> out) {
    EngineStatus status = source.status().get();
    StatusResponse.Builder response =
        StatusResponse.newBuilder()
            .setVersion(version)
            .setServedSnapshotId(source.servedSnapshotId())
            .setStarted(timestamp(started.getEpochSecond()))
            .setFreshnessP50Ms(status.pace().freshnessP50Ms())
            .setFreshnessP99Ms(status.pace().freshnessP99Ms());
    addProgress(response, status.progress());
    addStream(response, status.stream());
    addLearning(response, status);
    addMemory(response, status.memory());
    SnapshotInfo latest = status.latestSnapshot();
    if (latest != null) {
      response.setLatestSnapshotId(latest.id());
    }
    addCluster(response, request.getParametersHash());
    source.others().accept(response);
    out.onNext(response.build());
    out.onCompleted();
  }

  private void addCluster(StatusResponse.Builder response, boolean hashed) {
    ClusterFigures figures = source.cluster().get();
    if (figures == null) {
      return;
    }
    ClusterStatus.Builder cluster =
        ClusterStatus.newBuilder()
            .setRole(figures.role())
            .setEpoch(figures.epoch())
            .setLeads(figures.leads())
            .setSync(figures.sync())
            .setStalenessMs(figures.stalenessMs())
            .setSyncBytes(figures.syncBytes())
            .setBaseBytes(figures.baseBytes())
            .setRefusedRecords(figures.refusedRecords())
            .setRepeatedEvents(figures.repeatedEvents())
            .setApplyCpuMs(figures.applyCpuMs())
            .setSyncDelayMs(figures.syncDelayMs());
    if (hashed) {
      ParametersHash hash = hash();
      cluster.setParametersHash(hash.hash());
      response.setModelVersion(hash.modelVersion()).setLearnedLogOffset(hash.logOffset());
    }
    response.setCluster(cluster);
  }

  private ParametersHash hash() {
    try {
      return source.hash().call();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Errors.unavailable("the server is stopping");
    } catch (Exception e) {
      throw Errors.unavailable(String.valueOf(e.getMessage()));
    }
  }

  private void addProgress(StatusResponse.Builder response, EngineStatus.Progress progress) {
    response
        .setModelVersion(progress.modelVersion())
        .setLogOffset(progress.logOffset())
        .setAppliedLogOffset(progress.appliedLogOffset())
        .setLearnedLogOffset(progress.learnedLogOffset());
    ReplayProgress replay = progress.replay();
    if (progress.failure() != null) {
      response.setNotReadyReason(progress.failure());
    } else if (replay != null) {
      String served =
          source.servesReplaying() ? "recommendations are served, nothing is taken: " : "";
      response
          .setNotReadyReason(served + replay.text())
          .setReplay(
              ReplayStatus.newBuilder()
                  .setRecords(replay.records())
                  .setTotalRecords(replay.totalRecords()));
    }
  }

  private static void addStream(StatusResponse.Builder response, EngineStatus.Stream stream) {
    response
        .setCatalogItems(stream.catalogItems())
        .setSessions(stream.sessions())
        .setJoiner(StatusMessages.joiner(stream.joiner()));
    if (stream.eventTimeSec() > 0) {
      response.setEventTime(timestamp(stream.eventTimeSec()));
    }
  }

  private static void addLearning(StatusResponse.Builder response, EngineStatus status) {
    LearningFigures last = status.learning().lastBatch();
    response
        .setFeedbackEventsLearned(status.learning().events())
        .setLearning(
            LearningStatus.newBuilder()
                .setLoss(last.loss())
                .setGradientNorm(last.gradientNorm())
                .setLearningRate(last.learningRate())
                .setLagRecords(status.progress().lagRecords())
                .setFloodedEvents(status.learning().floodedEvents()))
        .setValidationSeen(status.quality().seen())
        .setPopularityShape(status.quality().popularityShape())
        .setValidationTotal(StatusMessages.validation(status.quality().total()))
        .setValidationWindow(StatusMessages.validation(status.quality().window()))
        .setClicksTotal(StatusMessages.clicks(status.clicks().total()))
        .setClicksWindow(StatusMessages.clicks(status.clicks().window()));
    for (SliceFigures slice : status.quality().slices()) {
      response.addValidationSlices(StatusMessages.slice(slice));
    }
    for (PriorCheck.Bin bin : status.quality().popularity()) {
      response.addPopularityChecks(StatusMessages.popularity(bin));
    }
  }

  private void addMemory(StatusResponse.Builder response, EngineStatus.Memory memory) {
    response.putAllMemoryBytes(memory.bytes());
    ResidentMemory.bytes().ifPresent(bytes -> response.putMemoryBytes("resident", bytes));
    for (int slot = 0; slot < memory.slots().size(); slot++) {
      String name = source.schema().slots().get(slot).name();
      response.addSlots(StatusMessages.slot(name, memory.slots().get(slot)));
    }
  }

  @Override
  public void createSnapshot(
      CreateSnapshotRequest request, StreamObserver<CreateSnapshotResponse> out) {
    SnapshotInfo snapshot;
    try {
      snapshot = snapshots.take();
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("the snapshot could not be written: " + e.getMessage())
          .withCause(e)
          .asRuntimeException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Errors.unavailable("the server is stopping");
    }
    out.onNext(
        CreateSnapshotResponse.newBuilder()
            .setSnapshotId(snapshot.id())
            .setModelVersion(snapshot.modelVersion())
            .setLogOffset(snapshot.logOffset())
            .setBytes(snapshot.bytes())
            .setPauseMs(snapshot.pauseMs())
            .setTotalMs(snapshot.totalMs())
            .build());
    out.onCompleted();
  }

  private static Timestamp timestamp(long seconds) {
    return Timestamp.newBuilder().setSeconds(seconds).build();
  }
}
