package dev.dolmen.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import dev.dolmen.trainer.session.SessionOptions;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** What an item of a shop takes of the heap, next to its vector and rows: by what is alive. */
class ItemMemoryTest {
  private static final int ITEMS = 20_000;

  @Test
  void anItemTakesLessThan600BytesAndIsKeptAsNoObjectOfProtobuf() throws JMException {
    StreamState stream =
        new StreamState(
            new StreamOptions(
                Schemas.shop(),
                SessionOptions.defaults(),
                20,
                CatalogOptions.defaults(),
                1_000,
                1_000,
                true));
    for (int i = 0; i < 100; i++) {
      stream.upsert(item(i));
    }
    String before = histogram();
    for (int i = 100; i < 100 + ITEMS; i++) {
      stream.upsert(item(i));
    }
    String after = histogram();
    assertThat(stream.catalog().size()).isEqualTo(100 + ITEMS);
    assertThat((total(after) - total(before)) / ITEMS)
        .as("bytes an item%n%s", after.lines().limit(20).toList())
        .isBetween(100L, 600L);
    assertThat(after.lines().filter(line -> line.contains("dev.dolmen.v1.")))
        .allSatisfy(line -> assertThat(numbers(line)[0]).isLessThan(ITEMS / 100));
  }

  private static Item item(int i) {
    TokenList path =
        TokenList.newBuilder()
            .addToken("department " + i % 8)
            .addToken("category " + i % 96)
            .build();
    Item.Builder item =
        Item.newBuilder()
            .setItemId("p" + i)
            .putSlots("category", SlotValue.newBuilder().setPath(path).build())
            .putSlots("brand", SlotValue.newBuilder().setToken("brand " + i % 90).build())
            .putSlots("price", SlotValue.newBuilder().setNumber(10 + i % 977 / 7.0).build())
            .putSlots(
                "title",
                SlotValue.newBuilder()
                    .setToken("brand " + i % 90 + " line" + i / 12 + " kettle, variant" + i % 24)
                    .build());
    if (i % 2 == 0) {
      TokenList labels = TokenList.newBuilder().addToken("new").build();
      item.putSlots("labels", SlotValue.newBuilder().setTokens(labels).build());
    }
    return item.build();
  }

  /** Classes with their instances and bytes, of what a full collection leaves. */
  private static String histogram() throws JMException {
    return (String)
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
  }

  private static long total(String histogram) {
    return numbers(
        histogram.lines().filter(line -> line.startsWith("Total")).findAny().orElseThrow())[1];
  }

  /** Instances and bytes of a line. */
  private static long[] numbers(String line) {
    return Arrays.stream(line.replaceFirst("^ *\\d+:", "").split(" +"))
        .filter(word -> word.matches("\\d+"))
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
