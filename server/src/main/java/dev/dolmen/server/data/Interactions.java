package dev.dolmen.server.data;

import dev.dolmen.v1.EventType;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All interactions of a dataset, part after part, each part in time order. Files in time order are
 * streamed; one that is not is read into memory and sorted, up to {@value #SORTED_ROWS_MAX} rows.
 */
public final class Interactions implements Closeable {
  /** Rows that are sorted in memory at most. */
  static final int SORTED_ROWS_MAX = 10_000_000;

  /** Rows of one time that are compared; more are told apart by their lines. */
  private static final int SAME_TIME_ROWS_MAX = 1_000_000;

  private final RecBoleDataset dataset;
  private final InteractionProfile profile;
  private final List<String> contexts;
  private Map<SameRow, Integer> atThisTime = new HashMap<>();
  private double time = Double.NaN;
  private int numberedPart = -1;
  private int part = -1;
  private long rowsLeft;
  private @Nullable InteractionReader streamed;
  private @Nullable Iterator<Interaction> sorted;

  /**
   * @param contexts columns to read as context
   */
  public Interactions(RecBoleDataset dataset, InteractionProfile profile, List<String> contexts) {
    this.dataset = dataset;
    this.profile = profile;
    this.contexts = List.copyOf(contexts);
  }

  /** What two rows say alike that are told apart by their number alone. */
  private record SameRow(String session, String user, String item, EventType type) {}

  /** The next interaction, or null at the end. */
  public @Nullable Interaction next() throws IOException {
    Interaction row = row();
    if (row == null) {
      return null;
    }
    if (row.time() != time || row.part() != numberedPart) {
      // Not cleared: that takes as long as the most rows that ever had one time.
      atThisTime = new HashMap<>();
      time = row.time();
      numberedPart = row.part();
    }
    if (atThisTime.size() >= SAME_TIME_ROWS_MAX) {
      return row.withRepeat(row.line());
    }
    SameRow same = new SameRow(row.session(), row.user(), row.item(), row.type());
    int before = atThisTime.merge(same, 1, Integer::sum) - 1;
    return before == 0 ? row : row.withRepeat(before);
  }

  private @Nullable Interaction row() throws IOException {
    while (true) {
      if (rowsLeft > 0) {
        rowsLeft--;
        if (sorted != null) {
          return sorted.next();
        }
        if (streamed != null) {
          return streamed.next();
        }
      }
      if (part + 1 >= profile.parts().size()) {
        return null;
      }
      close();
      open(++part);
    }
  }

  private void open(int number) throws IOException {
    Path file = dataset.parts().get(number);
    InteractionProfile.Part figures = profile.parts().get(number);
    rowsLeft = figures.events();
    InteractionReader in =
        InteractionReader.open(
            file, number, contexts, profile.rules(), Refusals.passing(profile.rules().options()));
    if (figures.ordered()) {
      streamed = in;
      return;
    }
    try (in) {
      sorted = sort(file, in, figures.events()).iterator();
    }
  }

  private static List<Interaction> sort(Path file, InteractionReader in, long rows)
      throws IOException {
    if (rows > SORTED_ROWS_MAX) {
      throw new MalformedDataException(
          file,
          0,
          0,
          "",
          rows
              + " rows that are not in time order, expected at most "
              + SORTED_ROWS_MAX
              + " such rows; sort the file by timestamp first");
    }
    List<Interaction> all = new ArrayList<>((int) rows);
    for (long i = 0; i < rows; i++) {
      Interaction row = in.next();
      if (row == null) {
        break;
      }
      all.add(row);
    }
    all.sort(Comparator.comparingDouble(Interaction::time));
    return all;
  }

  @Override
  public void close() throws IOException {
    sorted = null;
    if (streamed != null) {
      streamed.close();
      streamed = null;
    }
  }
}
