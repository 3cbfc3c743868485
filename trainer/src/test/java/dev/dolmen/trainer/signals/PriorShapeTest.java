package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.Catalog;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.state.StreamClick;
import dev.dolmen.v1.Item;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class PriorShapeTest {
  private final Catalog catalog =
      new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults());
  private final PriorShape shape = new PriorShape();
  private final LoneClicks lone = new LoneClicks(50_000);
  private final ClickCounts counts = new ClickCounts(50_000, true, catalog::size, lone, shape);
  private final PriorCheck check = new PriorCheck(catalog, counts, shape);
  private final Random random = new Random(5);

  private void arrive(int items) {
    for (int number = 0; number < items; number++) {
      counts.added(catalog.upsert(Item.newBuilder().setItemId("i" + number).build()).index());
    }
  }

  private void clicks(int clicks, IntToDoubleFunction rate) {
    double[] ends = new double[catalog.size()];
    Arrays.setAll(ends, rate);
    Arrays.parallelPrefix(ends, Double::sum);
    for (int n = 0; n < clicks; n++) {
      int at = Arrays.binarySearch(ends, random.nextDouble() * ends[ends.length - 1]);
      // Of a visit that has seen another item: no click is a lone one.
      int item = at < 0 ? -1 - at : at;
      StreamClick click = new StreamClick(1, new int[] {item + 1, item}, 1, 0);
      check.clicked(click);
      counts.clicked(click);
    }
  }

  /** The square of a normal number is drawn from a gamma distribution of shape one half. */
  private double farApart(int item) {
    return Math.pow(random.nextGaussian(), 2);
  }

  @Test
  void isOneAtFirst() {
    assertThat(shape.shape()).isEqualTo(1);
    assertThat(shape.prior(0, 0)).isZero();
    assertThat(shape.prior(3, 1)).isEqualTo(Math.log(2));
    assertThat(shape.prior(0, 3)).isEqualTo(-Math.log(4));
  }

  /** Sums by which the trigamma function is known at these places. */
  @Test
  void theLogarithmOfARateVariesByTheTrigammaFunction() {
    double square = Math.PI * Math.PI;
    assertThat(PriorShape.trigamma(0.5)).isCloseTo(square / 2, within(1e-9));
    assertThat(PriorShape.trigamma(1)).isCloseTo(square / 6, within(1e-9));
    assertThat(PriorShape.trigamma(3)).isCloseTo(square / 6 - 1.25, within(1e-9));
    double after = square / 6;
    for (int n = 1; n < 40; n++) {
      after -= 1.0 / (n * n);
    }
    assertThat(PriorShape.trigamma(40)).isCloseTo(after, within(1e-9));
    assertThat(shape.variance(2)).isEqualTo(PriorShape.trigamma(3));
  }

  /** Rates that are drawn from what is known after four clicks: a gamma distribution of shape 5. */
  @Test
  void theVarianceIsThatOfRatesThatMayBe() {
    double sum = 0;
    double squares = 0;
    int draws = 200_000;
    for (int i = 0; i < draws; i++) {
      double rate = 0;
      for (int k = 0; k < 5; k++) {
        rate -= Math.log(1 - random.nextDouble());
      }
      sum += Math.log(rate);
      squares += Math.log(rate) * Math.log(rate);
    }
    double variance = squares / draws - Math.pow(sum / draws, 2);
    assertThat(shape.variance(4)).isCloseTo(variance, within(0.01));
  }

  @Test
  void isFoundWhereRatesLieFarApart() {
    arrive(400);
    clicks(20_000, this::farApart);
    assertThat(shape.shape()).isBetween(0.35, 0.71);
    assertThat(shape.prior(0, 0)).isZero();
  }

  @Test
  void isFoundWhereRatesLieClose() {
    arrive(400);
    clicks(20_000, item -> -Math.log(random.nextDouble()) - Math.log(random.nextDouble()));
    assertThat(shape.shape()).isBetween(1.4, 2.9);
  }

  private record Known(double clicks, double mean) {}

  private Map<Known, PriorCheck.Bin> bins() {
    check.publishFigures();
    Map<Known, PriorCheck.Bin> bins = new HashMap<>();
    check.bins().forEach(bin -> bins.put(new Known(bin.clicksFrom(), bin.meanFrom()), bin));
    return bins;
  }

  /** With a shape of 1 those without clicks are claimed to be clicked more than they are. */
  @Test
  void whatIsClaimedThenComes() {
    arrive(20_000);
    double[] rates = new double[20_000];
    Arrays.setAll(rates, this::farApart);
    clicks(20_000, item -> rates[item]);
    Map<Known, PriorCheck.Bin> before = bins();
    clicks(30_000, item -> rates[item]);
    PriorCheck.Bin none = new PriorCheck.Bin(0, 0, 0, 0);
    int checked = 0;
    for (Map.Entry<Known, PriorCheck.Bin> entry : bins().entrySet()) {
      PriorCheck.Bin then = before.getOrDefault(entry.getKey(), none);
      double clicked = entry.getValue().clicked() - (double) then.clicked();
      double claimed = entry.getValue().claimed() - then.claimed();
      if (clicked > 1_000) {
        assertThat(claimed / clicked).as("%s", entry).isBetween(0.8, 1.25);
        checked++;
      }
    }
    assertThat(checked).isGreaterThanOrEqualTo(4);
  }

  @Test
  void goesOnToTheBitAfterWritingAndReading() throws IOException {
    arrive(50);
    clicks(3_500, item -> Math.pow(item, 3));
    byte[] written = bytes(shape);
    PriorShape read = new PriorShape();
    read.readFrom(new DataInputStream(new ByteArrayInputStream(written)));
    assertThat(bytes(read)).isEqualTo(written);
    assertThat(read.shape()).isEqualTo(shape.shape()).isNotEqualTo(1);
    for (PriorShape each : List.of(shape, read)) {
      for (int n = 0; n < 2_700; n++) {
        each.clicked(n % 17, 3);
        assertThat(each.drawn(n % 5, 2, 0.5)).isPositive();
        each.end();
      }
    }
    assertThat(bytes(read)).isEqualTo(bytes(shape)).hasSameSizeAs(written).isNotEqualTo(written);
    assertThat(read.prior(5, 2)).isEqualTo(shape.prior(5, 2));
  }

  @Test
  void refusesAShapeThatThereIsNot() throws IOException {
    byte[] written = bytes(shape);
    written[Long.BYTES + Integer.BYTES - 1] = 15;
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(written));
    assertThatThrownBy(() -> new PriorShape().readFrom(in))
        .isInstanceOf(IOException.class)
        .hasMessage("shape 15 of the prior, expected 0 to 14");
  }

  private static byte[] bytes(PriorShape shape) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    shape.copy().writeTo(new DataOutputStream(out));
    return out.toByteArray();
  }
}
