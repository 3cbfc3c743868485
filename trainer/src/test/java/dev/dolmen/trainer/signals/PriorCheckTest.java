package dev.dolmen.trainer.signals;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PriorCheckTest {
  private static final int ITEMS = 400;

  private final Catalog catalog =
      new Catalog(new FeatureExtractor(Schemas.small()), CatalogOptions.defaults());
  private final PriorShape shape = new PriorShape();
  private final ClickCounts counts =
      new ClickCounts(1_000_000_000L, true, catalog::size, new LoneClicks(1_000_000_000L), shape);
  private final PriorCheck check = new PriorCheck(catalog, counts, shape);

  private void arrive(int item) {
    counts.added(catalog.upsert(Item.newBuilder().setItemId("i" + item).build()).index());
  }

  private void click(int item) {
    StreamClick click = new StreamClick(1, new int[] {item}, 0, 0);
    check.clicked(click);
    counts.clicked(click);
  }

  /** Clicks as the prior takes them to come: rates from a gamma distribution of shape 1. */
  private void clicks(int clicks, Random random) {
    double[] ends = new double[ITEMS];
    double sum = 0;
    for (int i = 0; i < ITEMS; i++) {
      sum += -Math.log(1 - random.nextDouble());
      ends[i] = sum;
    }
    for (int n = 0; n < clicks; n++) {
      double at = random.nextDouble() * sum;
      int item = 0;
      while (ends[item] < at) {
        item++;
      }
      click(item);
    }
  }

  @Test
  void claimsWhatHappensWhereItemsAreAsItTakesThemToBe() {
    for (int i = 0; i < ITEMS; i++) {
      arrive(i);
    }
    clicks(8_000, new Random(1));
    check.publishFigures();
    List<PriorCheck.Bin> bins = check.bins();
    assertThat(bins).hasSizeGreaterThan(6);
    assertThat(bins.stream().mapToLong(PriorCheck.Bin::clicked).sum()).isEqualTo(8_000);
    for (PriorCheck.Bin bin : bins) {
      double deviation = 4 * Math.sqrt(bin.clicked() + 1.0) + 0.1 * bin.claimed();
      assertThat(bin.claimed()).as("%s", bin).isCloseTo((double) bin.clicked(), within(deviation));
    }
  }

  @Test
  void saysWhereItemsAreNotAsItTakesThemToBe() {
    for (int i = 0; i < ITEMS; i++) {
      arrive(i);
    }
    // Only ten items are ever clicked: the others are claimed to be, and are not.
    for (int n = 0; n < 4_000; n++) {
      click(n % 10);
    }
    check.publishFigures();
    PriorCheck.Bin unclicked =
        check.bins().stream()
            .filter(b -> b.clicksFrom() == 0 && b.meanFrom() == 2)
            .findFirst()
            .orElseThrow();
    assertThat(unclicked.clicked()).isZero();
    assertThat(unclicked.claimed()).isGreaterThan(100);
  }

  /** Those that were deleted and may come back take no share of what is to be expected. */
  @Test
  void claimsAsManyClicksAsComeThoughMostItemsAreAway() {
    for (int i = 0; i < ITEMS; i++) {
      arrive(i);
    }
    for (int i = 100; i < ITEMS; i++) {
      catalog.delete("i" + i, 0);
    }
    for (int n = 0; n < 3_000; n++) {
      click(n % 100);
    }
    check.publishFigures();
    double claimed = check.bins().stream().mapToDouble(PriorCheck.Bin::claimed).sum();
    assertThat(claimed).isCloseTo(3_000, within(150.0));
  }

  @Test
  void isTheSameAfterWritingAndReading() throws IOException {
    for (int i = 0; i < ITEMS; i++) {
      arrive(i);
    }
    clicks(1_000, new Random(2));
    check.publishFigures();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    check.copy().writeTo(new DataOutputStream(out));
    PriorCheck read = new PriorCheck(catalog, counts, shape);
    read.readFrom(new DataInputStream(new ByteArrayInputStream(out.toByteArray())));
    assertThat(read.bins()).isEqualTo(check.bins());
    click(3);
    check.publishFigures();
    read.clicked(new StreamClick(1, new int[] {3}, 0, 0));
    read.publishFigures();
    assertThat(read.bins().stream().mapToLong(PriorCheck.Bin::clicked).sum()).isEqualTo(1_001);
  }
}
