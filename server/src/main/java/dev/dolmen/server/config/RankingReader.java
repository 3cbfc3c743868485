package dev.dolmen.server.config;

import static java.util.Objects.requireNonNullElse;

import dev.dolmen.trainer.alternatives.Arm;
import dev.dolmen.trainer.alternatives.ExperimentOptions;
import dev.dolmen.trainer.alternatives.FallbackOptions;
import dev.dolmen.trainer.alternatives.RankerKind;
import dev.dolmen.trainer.alternatives.RankerOptions;
import dev.dolmen.trainer.alternatives.RankingOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the section {@code ranking}. */
final class RankingReader {
  /** What {@code ranker} of an arm can say. */
  private static final Map<String, RankerKind> RANKERS = new LinkedHashMap<>();

  /** What {@code kept} can say: what is kept up only where something names it. */
  private static final List<String> BASELINES =
      Arrays.stream(RankerKind.values())
          .filter(RankerKind::isTaught)
          .map(RankerKind::label)
          .toList();

  /** What {@code fallback.ranker} can say. */
  private static final Map<String, Optional<RankerKind>> FALLBACKS = new LinkedHashMap<>();

  static {
    FALLBACKS.put("none", Optional.empty());
    for (RankerKind kind : RankerKind.values()) {
      RANKERS.put(kind.label(), kind);
      if (kind != RankerKind.DOLMEN) {
        FALLBACKS.put(kind.label(), Optional.of(kind));
      }
    }
  }

  private RankingReader() {}

  static RankingOptions read(ConfigSection s) {
    RankingOptions d = RankingOptions.defaults();
    return new RankingOptions(
        requireNonNullElse(s.section("experiment", RankingReader::experiment), d.experiment()),
        requireNonNullElse(s.section("fallback", RankingReader::fallback), d.fallback()),
        requireNonNullElse(s.section("baselines", RankingReader::baselines), d.rankers()),
        s.names("kept", BASELINES).stream().map(RANKERS::get).collect(Collectors.toSet()));
  }

  private static ExperimentOptions experiment(ConfigSection s) {
    String name = s.text("name", "");
    List<Arm> arms = s.has("arms") ? s.sections("arms", RankingReader::arm) : List.of();
    if (arms.isEmpty() && !name.isEmpty() && !s.has("arms")) {
      s.reject("arms", "none: expected 2 to 16 arms, as the experiment has a name");
    }
    return new ExperimentOptions(name, arms);
  }

  private static Arm arm(ConfigSection s) {
    String name = s.requiredText("name");
    if (!s.has("share")) {
      s.reject("share", "is missing: expected a number from " + Arm.SHARE.text());
    }
    return new Arm(
        name,
        s.number("share", 0, Arm.SHARE),
        s.choice("ranker", RANKERS, RankerKind.DOLMEN.label()));
  }

  private static FallbackOptions fallback(ConfigSection s) {
    FallbackOptions d = FallbackOptions.defaults();
    return new FallbackOptions(
        s.choice("ranker", FALLBACKS, "none").orElse(null),
        s.count("learned_events", d.learnedEvents(), FallbackOptions.LEARNED_EVENTS),
        s.millis("after_wait", d.afterWaitMs(), FallbackOptions.AFTER_WAIT_MS));
  }

  private static RankerOptions baselines(ConfigSection s) {
    RankerOptions d = RankerOptions.defaults();
    return new RankerOptions(
        s.integer("max_sessions", d.maxSessions(), RankerOptions.MAX_SESSIONS),
        s.integer("neighbors", d.neighbors(), RankerOptions.NEIGHBORS),
        s.integer("relearn_records", d.relearnRecords(), RankerOptions.RELEARN_RECORDS),
        s.number("validation_share", d.validationShare(), RankerOptions.VALIDATION_SHARE));
  }
}
