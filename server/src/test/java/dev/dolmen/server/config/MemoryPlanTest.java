package dev.dolmen.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolmen.parameterstore.schema.Schemas;
import dev.dolmen.trainer.catalog.CatalogOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final long MEBIBYTE = 1 << 20;
  private static final String SCHEMA =
      """
      schema:
        slots:
          - {name: item_id, kind: id, dimension: 8}
      """;

  private static DolmenConfig config(String yaml) throws ConfigException {
    return DolmenConfig.parse("test", yaml + SCHEMA, Map.of());
  }

  @Test
  void theDefaultsFitASmallContainer() {
    DolmenConfig defaults = DolmenConfig.defaults(Path.of("data"), Schemas.shop());
    MemoryPlan plan = MemoryPlan.of(defaults, 205 * MEBIBYTE);
    assertThat(plan.problems(205 * MEBIBYTE, 512 * MEBIBYTE)).isEmpty();
    assertThat(plan.parts().stream().map(MemoryPlan.Part::name))
        .contains("catalog", "sessions", "past_sessions", "co_visits", "calls", "table brand");
    assertThat(plan.text()).contains("catalog 68MiB, ").contains("snapshot_copies 256MiB off it");
    assertThat(plan.bytes(true)).isPositive();
    assertThat(plan.bytes(false)).isPositive();
  }

  @Test
  void memoryInWhichNoServerWorksIsRefused() {
    assertThat(MemoryPlan.tooSmall(76 * MEBIBYTE, 192 * MEBIBYTE))
        .contains(
            "memory: 192MiB of the machine or container, a heap of 76MiB and 116MiB next to it,"
                + " expected a heap of 96MiB and 224MiB next to it at least: 384MiB of memory have"
                + " both");
    assertThat(MemoryPlan.tooSmall(64 * MEBIBYTE, 4_096 * MEBIBYTE)).isPresent();
    assertThat(MemoryPlan.tooSmall(400 * MEBIBYTE, 512 * MEBIBYTE)).isPresent();
    // The share of the heap in jvm.options.
    assertThat(MemoryPlan.tooSmall(384 * MEBIBYTE * 40 / 100, 384 * MEBIBYTE)).isEmpty();
  }

  @Test
  void aBoundThatTheHeapCannotHoldIsRefusedByItsKey() throws ConfigException {
    DolmenConfig config = config("catalog:\n  max_bytes: 1GiB\n");
    MemoryPlan plan = MemoryPlan.of(config, 512 * MEBIBYTE);
    assertThat(plan.problems(512 * MEBIBYTE, 2_048 * MEBIBYTE))
        .containsExactly("catalog.max_bytes: 1GiB of a heap of 512MiB, expected at most 384MiB");
    assertThat(plan.problems(2_048 * MEBIBYTE, 4_096 * MEBIBYTE)).isEmpty();
  }

  /** Each with the number that would fit. */
  @Test
  void aCountThatTheHeapCannotHoldIsRefusedByItsKey() throws ConfigException {
    long heap = 512 * MEBIBYTE;
    for (String key :
        List.of(
            "sessions.max_sessions",
            "sessions.max_past_sessions",
            "sessions.max_contexts",
            "sessions.max_impressions",
            "sessions.max_late_impressions",
            "log.deduplication_events",
            "catalog.max_items")) {
      String[] names = key.split("\\.", 2);
      String yaml = names[0] + ":\n  " + names[1] + ": 10000000\n";
      List<String> problems = MemoryPlan.of(config(yaml), heap).problems(heap, 1L << 40);
      assertThat(problems).as(key).hasSizeGreaterThan(0);
      assertThat(problems.getFirst())
          .matches(
              key
                  + ": 10000000, which can take \\d+MiB \\([a-z_ ]+\\) of a heap of 512MiB,"
                  + " expected at most \\d+");
      String fits = problems.getFirst().replaceAll(".* ", "");
      assertThat(
              MemoryPlan.of(config(yaml.replace("10000000", "100000")), heap)
                  .problems(heap, 1L << 40))
          .isEmpty();
      assertThat(Long.parseLong(fits)).isBetween(100_000L, 9_999_999L);
      assertThat(MemoryPlan.of(config(yaml), 64 * heap).problems(64 * heap, 1L << 40)).isEmpty();
    }
  }

  @Test
  void boundsThatDoNotFitTogetherAreRefused() throws ConfigException {
    DolmenConfig config =
        config("catalog:\n  max_bytes: 300MiB\nsessions:\n  seen_bytes: 300MiB\n");
    assertThat(MemoryPlan.of(config, 512 * MEBIBYTE).problems(512 * MEBIBYTE, 1L << 40))
        .containsExactly(
            "catalog.max_bytes, sessions.seen_bytes: 600MiB together of a heap of 512MiB,"
                + " expected less");
  }

  @Test
  void aTableThatTheMachineCannotHoldIsRefused() throws ConfigException {
    DolmenConfig config =
        DolmenConfig.parse(
            "test", SCHEMA.replace("dimension: 8", "dimension: 8, max_bytes: 4GiB"), Map.of());
    assertThat(MemoryPlan.of(config, 512 * MEBIBYTE).problems(512 * MEBIBYTE, 2_048 * MEBIBYTE))
        .containsExactly(
            "schema.slots.item_id.max_bytes: 4GiB of the 1536MiB that the machine has next to the"
                + " heap, expected at most 1536MiB");
  }

  @Test
  void fewerItemsTakeLess() {
    DolmenConfig defaults = DolmenConfig.defaults(Path.of("data"), Schemas.shop());
    CatalogOptions d = CatalogOptions.defaults();
    DolmenConfig few =
        defaults.withEngine(e ->
            e.catalog(
                new CatalogOptions(
                    1_000,
                    0,
                    d.quarantineRecords(),
                    d.keepDeletedSec(),
                    d.deletedBytes(),
                    d.scan(),
                    d.index())));
    assertThat(part(MemoryPlan.of(few, 1L << 32), "item_vectors"))
        .isLessThan(part(MemoryPlan.of(defaults, 1L << 32), "item_vectors") / 1_000);
  }

  private static long part(MemoryPlan plan, String name) {
    return plan.parts().stream()
        .filter(part -> part.name().equals(name))
        .mapToLong(MemoryPlan.Part::bytes)
        .sum();
  }
}
