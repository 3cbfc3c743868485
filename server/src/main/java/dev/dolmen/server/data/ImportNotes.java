package dev.dolmen.server.data;

import dev.dolmen.parameterstore.feature.ShownText;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the report of a dataset of what was found in it. */
final class ImportNotes {
  /** Share of clicked items without metadata from which on that is worth a warning. */
  private static final double BARE_SHARE_MAX = 0.05;

  private final RecBoleDataset dataset;
  private final ClickSurvey clicks;
  private final InteractionProfile profile;
  private final @Nullable ItemSurvey items;
  private final Schema schema;
  private final boolean inferred;
  private final Map<String, Long> cut;
  private final List<String> bare = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param inferred whether the schema follows from the files, and nobody wrote it
   * @param cut values of which the schema reads a part, by slot: how many
   */
  ImportNotes(
      RecBoleDataset dataset,
      ClickSurvey clicks,
      @Nullable ItemSurvey items,
      Schema schema,
      boolean inferred,
      Map<String, Long> cut) {
    this.dataset = dataset;
    this.clicks = clicks;
    profile = clicks.profile();
    this.items = items;
    this.schema = schema;
    this.inferred = inferred;
    this.cut = cut;
    if (items != null) {
      profile.items().stream().filter(id -> !items.ids().contains(id)).forEach(bare::add);
    }
  }

  ImportReport report() throws IOException {
    warnOfClicks();
    if (items != null) {
      warnOfItems(items);
    }
    Refusals refusals = clicks.refusals();
    Map<RefusalReason, Long> counts = refusals.counts();
    Map<RefusalReason, List<String>> examples = new EnumMap<>(RefusalReason.class);
    counts.keySet().forEach(reason -> examples.put(reason, refusals.examples(reason)));
    return new ImportReport(
        dataset.name(),
        columns(),
        profile.timeScale(),
        profile.events(),
        profile.sessions(),
        clicks.eventWords(),
        profile.items().size(),
        items == null ? profile.items().size() : bare.size(),
        items == null ? 0 : items.ids().size(),
        counts,
        examples,
        List.copyOf(warnings));
  }

  private void warnOfClicks() {
    if (profile.events() > 0 && profile.events() == profile.sessions()) {
      warnings.add("every visit has one click: there is nothing to predict");
    }
    if (profile.events() > 1 && sameTime()) {
      warnings.add("all clicks have the same time: their order is that of the lines");
    }
    for (String column : clicks.uneventful()) {
      warnings.add(
          "column "
              + column
              + ": its words are no event types that are known, so every row counts as a click;"
              + " --event-types says what they mean");
    }
    boolean rated = !clicks.ratings().isEmpty();
    if (rated
        && clicks.refusals().of(RefusalReason.NOT_A_CLICK) == 0
        && Double.isNaN(profile.rules().options().minRating())) {
      warnings.add(
          "column "
              + String.join(", ", clicks.ratings())
              + ": no row has 0, so every row counts as a click, however it is rated;"
              + " --min-rating N leaves out those below");
    }
  }

  private boolean sameTime() {
    double min =
        profile.parts().stream().mapToDouble(InteractionProfile.Part::minTime).min().orElse(0);
    double max =
        profile.parts().stream().mapToDouble(InteractionProfile.Part::maxTime).max().orElse(1);
    return min == max;
  }

  private void warnOfItems(ItemSurvey survey) {
    String file = name(dataset.itemFile());
    if (inferred && profile.timeScale().isEpoch()) {
      warnOfLostAges(survey);
    }
    cut.forEach(this::warnOfCut);
    if (bare.size() > BARE_SHARE_MAX * profile.items().size()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%.0f%% of the clicked items (%,d of %,d) have no metadata in %s%s",
              100.0 * bare.size() / profile.items().size(),
              bare.size(),
              profile.items().size(),
              file,
              nearest(survey)));
    }
    if (!survey.duplicates().isEmpty()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%s has %,d items more than once, such as %s: the last line counts, but for fields"
                  + " that are empty there",
              file,
              survey.duplicates().size(),
              AtomicFileReader.quote(survey.duplicates().iterator().next())));
    }
  }

  private void warnOfCut(String name, long values) {
    Slot slot = schema.slots().get(schema.slotOf(name));
    boolean path = slot.kind() == SlotKind.CATEGORY_PATH;
    warnings.add(
        String.format(
            Locale.ROOT,
            "slot %s: %,d values have more than the %d %s that the schema reads (%s); the rest is"
                + " not learned from",
            name,
            values,
            path ? slot.levels() : slot.maxTokens(),
            path ? "levels" : slot.kind() == SlotKind.TEXT ? "words" : "tokens",
            path ? "levels" : "max_tokens"));
  }

  /** One odd number, and a column of birth times would become one of plain numbers unsaid. */
  private void warnOfLostAges(ItemSurvey survey) {
    for (int c = 0; c < survey.columns().size(); c++) {
      Map<TimeScale, Long> scales = survey.scales(c);
      long all = scales.values().stream().mapToLong(n -> n).sum();
      for (Map.Entry<TimeScale, Long> most : scales.entrySet()) {
        if (most.getKey().isEpoch() && 2 * most.getValue() > all && !survey.isBirth(c)) {
          warnings.add(
              String.format(
                  Locale.ROOT,
                  "column %s of %s: %,d of %,d numbers are %s%s; ages are learned only where all"
                      + " are seconds since 1970 or empty, so it is a plain number",
                  ShownText.of(survey.columns().get(c).name()),
                  name(dataset.itemFile()),
                  most.getValue(),
                  all,
                  most.getKey().words(),
                  survey.firstNotOn(most.getKey(), c).map(odd -> ", not " + odd).orElse("")));
        }
      }
    }
  }

  private String nearest(ItemSurvey survey) {
    return IdSpellings.find(bare, survey.ids())
        .map(pair ->
            " (nearest spelling: clicked "
                + AtomicFileReader.quote(pair.here())
                + ", there "
                + AtomicFileReader.quote(pair.there())
                + ")")
        .orElseGet(() ->
            survey.ids().isEmpty()
                ? ""
                : " (clicked is "
                    + AtomicFileReader.quote(bare.getFirst())
                    + ", there is "
                    + AtomicFileReader.quote(survey.ids().iterator().next())
                    + ")");
  }

  private List<ImportReport.Column> columns() throws IOException {
    List<ImportReport.Column> all = new ArrayList<>();
    Path first = dataset.parts().getFirst();
    try (AtomicFileReader in = AtomicFileReader.open(first)) {
      for (AtomicColumn column : in.columns()) {
        all.add(
            new ImportReport.Column(
                name(first),
                ShownText.of(column.name()),
                column.type().text(),
                clickUse(column.name(), in)));
      }
    }
    if (items != null) {
      List<String> names = SlotNames.of(items.columns());
      for (int c = 0; c < names.size(); c++) {
        AtomicColumn column = items.columns().get(c);
        all.add(
            new ImportReport.Column(
                name(dataset.itemFile()),
                ShownText.of(column.name()),
                column.type().text(),
                itemUse(column, names.get(c), items.present(c), items.lengths(c))));
      }
    }
    return all;
  }

  private String clickUse(String column, AtomicFileReader in) {
    return switch (column) {
      case "session_id" -> "the visit";
      case "user_id" ->
          in.indexOf("session_id") < 0 ? "the visit, and who makes it" : "the visitor";
      case "item_id" -> "the item";
      case "timestamp" -> "the time, " + profile.timeScale().words();
      default -> otherClickUse(column, in.columns().get(in.indexOf(column)).type());
    };
  }

  private String otherClickUse(String column, AtomicColumn.Type type) {
    if (column.equals(profile.rules().eventColumn())) {
      return "the event type: " + eventWords();
    }
    if (clicks.ratings().contains(column)) {
      double min = profile.rules().options().minRating();
      return "a click where it is " + (Double.isNaN(min) ? "above 0" : min + " or more");
    }
    if (profile.contexts().contains(column)) {
      String slot = contextSlot(column);
      return slot.isEmpty() ? "ignored: the schema has no slot for it" : "context, slot " + slot;
    }
    return type == AtomicColumn.Type.TOKEN
        ? "ignored: no context, which has a few different tokens"
        : "ignored";
  }

  private String contextSlot(String column) {
    for (String slot : List.of(SlotNames.of(column), SchemaInference.visitSlot(column))) {
      int number = schema.slotOf(slot);
      if (number >= 0 && schema.slots().get(number).kind() == SlotKind.CONTEXT) {
        return slot;
      }
    }
    return "";
  }

  private String eventWords() {
    EventTypes types = profile.rules().options().eventTypes();
    return clicks.eventWords().entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(10)
        .map(e ->
            String.format(
                Locale.ROOT,
                "%s is %s (%,d)",
                e.getKey(),
                types.target(e.getKey()).orElse("unknown"),
                e.getValue()))
        .collect(Collectors.joining(", "));
  }

  private String itemUse(AtomicColumn column, String name, boolean present, ListLengths lengths) {
    if (column.name().equals(SchemaInference.ID_SLOT)) {
      return "the item";
    }
    int slot = schema.slotOf(name);
    if (slot < 0 || schema.slots().get(slot).kind() == SlotKind.CONTEXT) {
      return present ? ignored(column, lengths) : "ignored: no item has a value";
    }
    Slot taken = schema.slots().get(slot);
    return "slot "
        + name
        + " of kind "
        + taken.kind().name().toLowerCase(Locale.ROOT)
        + (taken.kind() == SlotKind.VECTOR ? " of " + taken.dimension() + " numbers" : "");
  }

  private static String ignored(AtomicColumn column, ListLengths lengths) {
    return column.type() == AtomicColumn.Type.FLOAT_SEQ && lengths.dimension() == 0
        ? "ignored: its lists have "
            + lengths.words()
            + ", a vector has the same number everywhere, "
            + Slot.DIMENSION.text()
        : "ignored: the schema has no slot for it";
  }

  private static String name(@Nullable Path file) {
    return file == null ? "" : String.valueOf(file.getFileName());
  }
}
