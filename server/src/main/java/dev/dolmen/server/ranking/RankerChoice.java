package dev.dolmen.server.ranking;

import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.OnlineRankers;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerReader;
import dev.dolmen.trainer.alternatives.RankingOptions;
import dev.dolmen.v1.FallbackReason;
import dev.dolmen.v1.Impression;
import dev.dolmen.v1.RecommendRequest;
import dev.dolmen.v1.RecommendResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what answers a request: the arm that its visit belongs to in the experiment, if one runs,
 * or else the model; and in the model's place the fallback, if there is one and the model should
 * not. Any thread.
 */
public final class RankerChoice {
  private final RankingOptions options;
  private final OnlineRankers rankers;
  private final LongSupplier learnedEvents;
  private final MeterRegistry meters;
  private final boolean only;

  /** What a request may name, by how it is called, in the order of {@link RankerKind}. */
  private final Map<String, RankerKind> named = new LinkedHashMap<>();

  /** Bounded by arms and rankers. */
  private final ConcurrentHashMap<Answered, Timer> timers = new ConcurrentHashMap<>();

  private final LongAdder learning = new LongAdder();
  private final LongAdder waited = new LongAdder();

  private record Answered(String arm, RankerKind ranker) {}

  /**
   * What was decided.
   *
   * @param ranker that answers
   * @param arm of the visit, null if it belongs to none
   * @param bucket of the visit in the experiment
   * @param fallback why it is not the model, if it would have been its turn
   */
  public record Chosen(RankerKind ranker, @Nullable Arm arm, int bucket, FallbackReason fallback) {
    private static final Chosen MODEL = of(RankerKind.DOLMEN, null, 0);

    static Chosen of(RankerKind ranker, @Nullable Arm arm, int bucket) {
      return new Chosen(ranker, arm, bucket, FallbackReason.FALLBACK_REASON_UNSPECIFIED);
    }
  }

  /**
   * @param rankers all that may have to answer
   * @param learnedEvents feedback events that the model has learned so far
   * @param meters told of each answer's time
   */
  public RankerChoice(
      RankingOptions options,
      OnlineRankers rankers,
      LongSupplier learnedEvents,
      MeterRegistry meters) {
    this.options = options;
    this.rankers = rankers;
    this.learnedEvents = learnedEvents;
    this.meters = meters;
    for (RankerKind kind : RankerKind.values()) {
      if (!kind.isTaught() || rankers.kinds().contains(kind)) {
        named.put(kind.label(), kind);
      }
    }
    only = !options.experiment().runs() && options.fallback().ranker() == null;
  }

  /** The model answers everything. */
  public static RankerChoice modelAlone() {
    return new RankerChoice(
        RankingOptions.defaults(), OnlineRankers.none(), () -> 0, new SimpleMeterRegistry());
  }

  /** What a request may name. */
  public List<String> names() {
    return List.copyOf(named.keySet());
  }

  /**
   * Decides.
   *
   * @param request whose ranker, if it names one, is one of {@link #names}
   * @param waitedMs for which the request has waited for its turn
   */
  public Chosen choose(RecommendRequest request, long waitedMs) {
    RankerKind asked = named.get(request.getRanker());
    if (asked != null) {
      return Chosen.of(asked, null, 0);
    }
    if (only) {
      return Chosen.MODEL;
    }
    Chosen drawn = draw(request);
    RankerKind instead = options.fallback().ranker();
    FallbackReason reason = fallback(options.fallback(), waitedMs);
    if (drawn.ranker != RankerKind.DOLMEN
        || instead == null
        || reason == FallbackReason.FALLBACK_REASON_UNSPECIFIED) {
      return drawn;
    }
    (reason == FallbackReason.FALLBACK_REASON_LEARNING ? learning : waited).increment();
    return new Chosen(instead, drawn.arm, drawn.bucket, reason);
  }

  /** A visitor is drawn where known, a session otherwise; with neither nothing could be kept to. */
  private Chosen draw(RecommendRequest request) {
    ExperimentOptions experiment = options.experiment();
    String user = request.getUserId();
    String id = user.isEmpty() ? request.getSession().getSessionId() : user;
    if (!experiment.runs() || id.isEmpty()) {
      return Chosen.MODEL;
    }
    long unit = experiment.unit(id);
    Arm arm = experiment.arms().get(experiment.arm(unit));
    return Chosen.of(arm.ranker(), arm, ExperimentOptions.bucket(unit));
  }

  private FallbackReason fallback(FallbackOptions fallback, long waitedMs) {
    if (learnedEvents.getAsLong() < fallback.learnedEvents()) {
      return FallbackReason.FALLBACK_REASON_LEARNING;
    }
    return fallback.afterWaitMs() > 0 && waitedMs >= fallback.afterWaitMs()
        ? FallbackReason.FALLBACK_REASON_WAITED
        : FallbackReason.FALLBACK_REASON_UNSPECIFIED;
  }

  /** For one thread, to ask baselines with. */
  RankerReader reader() {
    return rankers.reader();
  }

  /** Says in an answer what was decided. */
  void describe(Chosen chosen, RankerKind ranker, RecommendResponse.Builder response) {
    response.setRanker(ranker.label()).setFallback(chosen.fallback);
    if (chosen.arm != null) {
      response.setArm(chosen.arm.name());
    }
  }

  /** Says in an impression what was decided, if there was something to decide. */
  void describe(Chosen chosen, RankerKind ranker, Impression.Builder impression) {
    if (!only) {
      impression.setRanker(ranker.label());
    }
    if (chosen.arm != null) {
      impression
          .setExperiment(options.experiment().name())
          .setArm(chosen.arm.name())
          .setExperimentBucket(chosen.bucket);
    }
  }

  /** Monotonic time, for {@link #answered}. */
  long nanos() {
    return only ? 0 : meters.config().clock().monotonicTime();
  }

  /** Records an answer that was begun at {@code startNanos}. */
  void answered(Chosen chosen, RankerKind ranker, long startNanos) {
    if (!only) {
      String arm = chosen.arm == null ? "" : chosen.arm.name();
      timers
          .computeIfAbsent(new Answered(arm, ranker), this::timer)
          .record(nanos() - startNanos, TimeUnit.NANOSECONDS);
    }
  }

  private Timer timer(Answered answered) {
    return Timer.builder("dolmen.recommend")
        .description("Ranking of a request, by what ranked and the arm of the experiment")
        .tag("arm", answered.arm)
        .tag("ranker", answered.ranker.label())
        .publishPercentiles(0.5, 0.9, 0.99)
        .register(meters);
  }

  /** The fallback; null if there is none. */
  public @Nullable RankerKind fallback() {
    return options.fallback().ranker();
  }

  /** Answers in the model's place because it had learned too little. */
  public long learning() {
    return learning.sum();
  }

  /** Answers in the model's place because the request had waited. */
  public long waited() {
    return waited.sum();
  }
}
