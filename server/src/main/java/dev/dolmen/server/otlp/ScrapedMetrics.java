package dev.dolmen.server.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a scrape of Prometheus would read, as OpenTelemetry has it: the same names, labels and
 * values, from the same registry, so that nothing is counted twice to be told twice. Counters count
 * from the start of the process.
 */
final class ScrapedMetrics {
  private static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("dev.dolmen.server");

  private final PrometheusRegistry registry;
  private final Resource resource;
  private final long startNanos;

  /**
   * @param start of what counters count
   */
  ScrapedMetrics(PrometheusRegistry registry, Resource resource, Instant start) {
    this.registry = registry;
    this.resource = resource;
    startNanos = nanos(start);
  }

  /** Nanoseconds since 1970. */
  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** All of them, as they are now. */
  List<MetricData> at(Instant now) {
    long nanos = nanos(now);
    List<MetricData> metrics = new ArrayList<>();
    for (MetricSnapshot snapshot : registry.scrape()) {
      MetricData metric = metric(snapshot, nanos);
      if (metric != null) {
        metrics.add(metric);
      }
    }
    return metrics;
  }

  /** Null for a kind that Micrometer makes none of. */
  private @Nullable MetricData metric(MetricSnapshot snapshot, long nanos) {
    return switch (snapshot) {
      case CounterSnapshot counter ->
          named(snapshot, "_total", MetricDataType.DOUBLE_SUM, sum(counter, nanos));
      case GaugeSnapshot gauge ->
          named(
              snapshot,
              "",
              MetricDataType.DOUBLE_GAUGE,
              GaugeData.createDoubleGaugeData(
                  gauge.getDataPoints().stream()
                      .map(p -> point(p.getLabels(), p.getValue(), nanos))
                      .toList()));
      case UnknownSnapshot unknown ->
          named(
              snapshot,
              "",
              MetricDataType.DOUBLE_GAUGE,
              GaugeData.createDoubleGaugeData(
                  unknown.getDataPoints().stream()
                      .map(p -> point(p.getLabels(), p.getValue(), nanos))
                      .toList()));
      case InfoSnapshot info ->
          named(
              snapshot,
              "_info",
              MetricDataType.DOUBLE_GAUGE,
              GaugeData.createDoubleGaugeData(
                  info.getDataPoints().stream().map(p -> point(p.getLabels(), 1, nanos)).toList()));
      case HistogramSnapshot histogram ->
          named(
              snapshot,
              "",
              MetricDataType.HISTOGRAM,
              HistogramData.create(
                  AggregationTemporality.CUMULATIVE,
                  histogram.getDataPoints().stream()
                      .filter(HistogramDataPointSnapshot::hasClassicHistogramData)
                      .map(p -> histogram(p, nanos))
                      .toList()));
      case SummarySnapshot summary ->
          named(
              snapshot,
              "",
              MetricDataType.SUMMARY,
              SummaryData.create(
                  summary.getDataPoints().stream().map(p -> summary(p, nanos)).toList()));
      default -> null;
    };
  }

  private MetricData named(
      MetricSnapshot snapshot, String suffix, MetricDataType type, Data<?> data) {
    return new ScrapedMetric(
        resource,
        SCOPE,
        snapshot.getMetadata().getPrometheusName() + suffix,
        Objects.requireNonNullElse(snapshot.getMetadata().getHelp(), ""),
        type,
        data);
  }

  private Data<?> sum(CounterSnapshot counter, long nanos) {
    List<DoublePointData> points = new ArrayList<>();
    for (CounterDataPointSnapshot point : counter.getDataPoints()) {
      points.add(point(point.getLabels(), point.getValue(), nanos));
    }
    return SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points);
  }

  private DoublePointData point(Labels labels, double value, long nanos) {
    return DoublePointData.create(startNanos, nanos, attributes(labels), value, List.of());
  }

  private HistogramPointData histogram(HistogramDataPointSnapshot point, long nanos) {
    ClassicHistogramBuckets buckets = point.getClassicBuckets();
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < buckets.size(); i++) {
      if (buckets.getUpperBound(i) < Double.POSITIVE_INFINITY) {
        bounds.add(buckets.getUpperBound(i));
      }
      counts.add(buckets.getCount(i));
    }
    return HistogramPointData.create(
        startNanos,
        nanos,
        attributes(point.getLabels()),
        point.getSum(),
        false,
        0,
        false,
        0,
        bounds,
        counts);
  }

  private SummaryPointData summary(SummaryDataPointSnapshot point, long nanos) {
    List<ValueAtQuantile> quantiles = new ArrayList<>();
    point
        .getQuantiles()
        .forEach(q -> quantiles.add(ValueAtQuantile.create(q.getQuantile(), q.getValue())));
    return SummaryPointData.create(
        startNanos,
        nanos,
        attributes(point.getLabels()),
        point.getCount(),
        point.getSum(),
        quantiles);
  }

  private static Attributes attributes(Labels labels) {
    AttributesBuilder attributes = Attributes.builder();
    for (Label label : labels) {
      attributes.put(label.getName(), label.getValue());
    }
    return attributes.build();
  }
}
