package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first look at the interactions of a dataset: what is taken and what is not, before anything
 * is made of them.
 *
 * @param profile of what is taken
 * @param refusals what is not
 * @param eventWords how often each word of the column of event types occurs, if there is one
 * @param ratings columns that say whether what was shown was clicked
 * @param uneventful columns that are called like one of event types, and are none
 */
record ClickSurvey(
    InteractionProfile profile,
    Refusals refusals,
    Map<String, Long> eventWords,
    List<String> ratings,
    List<String> uneventful) {

  /**
   * Reads the interaction files, once, or twice where the first rows are unlike most.
   *
   * @param limit rows at most over all files
   * @param progress told how far it is, every 65,536 rows
   */
  static ClickSurvey read(
      RecBoleDataset dataset,
      ImportOptions options,
      long limit,
      InteractionProfile.ReadProgress progress)
      throws IOException {
    Path file = options.refusedFile();
    RowRules guessed = RowRules.guess(dataset, options);
    Scan scan = new Scan(dataset, guessed, limit, progress, Refusals.collecting(file));
    ClickSurvey survey = scan.survey();
    RowRules rules = guessed.withScaleOf(scan.scales);
    if (rules.equals(guessed)) {
      return survey;
    }
    survey.refusals.close();
    return new Scan(dataset, rules, limit, progress, Refusals.collecting(file)).survey();
  }

  /** Reads further interaction files of a dataset by the rules of the first. */
  static ClickSurvey readMore(RecBoleDataset dataset, RowRules rules, long limit)
      throws IOException {
    Refusals refusals = Refusals.collectingMore(rules.options().refusedFile());
    return new Scan(dataset, rules, limit, (rows, share) -> {}, refusals).survey();
  }

  /**
   * The profile, if nothing is broken.
   *
   * @throws MalformedDataException the first broken line, or that there are no rows
   */
  InteractionProfile require(RecBoleDataset dataset) throws IOException {
    refusals.close();
    RefusedDataException.check(dataset, this);
    return profile;
  }

  /** State of a pass. */
  private static final class Scan {
    private final RecBoleDataset dataset;
    private final RowRules rules;
    private final long limit;
    private final InteractionProfile.ReadProgress progress;
    private final Refusals refusals;
    private final Map<TimeScale, Long> scales = new EnumMap<>(TimeScale.class);
    private final Map<String, Long> eventWords = new LinkedHashMap<>();
    private final Set<String> ratings = new LinkedHashSet<>();
    private final Set<String> items = new LinkedHashSet<>();
    private final Set<String> sessions = new HashSet<>();
    private @Nullable List<String> names;
    private final List<Set<String>> values = new ArrayList<>();
    private final long bytes;
    private long bytesBefore;
    private long rows;

    Scan(
        RecBoleDataset dataset,
        RowRules rules,
        long limit,
        InteractionProfile.ReadProgress progress,
        Refusals refusals)
        throws IOException {
      long all = 0;
      for (Path part : dataset.parts()) {
        all += Files.size(part);
      }
      bytes = Math.max(1, all);
      this.dataset = dataset;
      this.rules = rules;
      this.limit = limit;
      this.progress = progress;
      this.refusals = refusals;
    }

    ClickSurvey survey() throws IOException {
      try {
        return scanned();
      } catch (IOException | RuntimeException e) {
        refusals.close();
        throw e;
      }
    }

    private ClickSurvey scanned() throws IOException {
      List<InteractionProfile.Part> parts = new ArrayList<>();
      for (int part = 0; part < dataset.parts().size() && rows < limit; part++) {
        parts.add(part(part));
      }
      List<String> contexts = contexts();
      return new ClickSurvey(
          new InteractionProfile(List.copyOf(parts), rules, contexts, items, sessions.size()),
          refusals,
          eventWords,
          List.copyOf(ratings),
          names == null ? List.of() : names.stream().filter(EventTypes.COLUMNS::contains).toList());
    }

    private InteractionProfile.Part part(int part) throws IOException {
      long events = 0;
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      boolean ordered = true;
      Path file = dataset.parts().get(part);
      try (InteractionReader in = InteractionReader.open(file, part, names, rules, refusals)) {
        if (names == null) {
          names = in.contextNames();
          names.forEach(n -> values.add(new HashSet<>()));
        }
        ratings.addAll(in.ratingColumns());
        Interaction row;
        while (rows < limit && (row = in.next()) != null) {
          ordered &= row.time() >= max;
          min = Math.min(min, row.time());
          max = Math.max(max, row.time());
          add(row);
          events++;
          if ((++rows & 0xffff) == 0) {
            progress.read(rows, share(bytesBefore + in.bytesRead()));
          }
        }
        in.scales().forEach((scale, n) -> scales.merge(scale, n, Long::sum));
        in.eventWords().forEach((word, n) -> eventWords.merge(word, n, Long::sum));
      }
      bytesBefore += Files.size(file);
      return new InteractionProfile.Part(events, min, max, ordered);
    }

    private double share(long bytesRead) {
      return Math.min(1, Math.max((double) bytesRead / bytes, (double) rows / limit));
    }

    private void add(Interaction row) {
      items.add(row.item());
      sessions.add(row.session());
      for (int c = 0; c < values.size(); c++) {
        Set<String> seen = values.get(c);
        if (seen.size() <= InteractionProfile.CONTEXT_VALUES_MAX
            && !row.context().get(c).isEmpty()) {
          seen.add(row.context().get(c));
        }
      }
    }

    /** Columns of one value say nothing, columns of many values are identities. */
    private List<String> contexts() {
      List<String> few = new ArrayList<>();
      for (int c = 0; c < values.size(); c++) {
        int distinct = values.get(c).size();
        if (names != null
            && distinct > 1
            && distinct <= Math.min(InteractionProfile.CONTEXT_VALUES_MAX, rows / 2)) {
          few.add(names.get(c));
        }
      }
      return List.copyOf(few);
    }
  }
}
