package dev.dolmen.server.data;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.v1.EventType;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one interaction file row by row, by the rules of its dataset. What is not taken goes to a
 * {@link Refusals}.
 */
public final class InteractionReader implements Closeable {
  /** Columns whose number says whether what was shown was clicked, or how it was liked. */
  static final List<String> RATINGS = List.of("label", "rating", "click", "clicked", "is_click");

  /** As the API takes them. */
  private static final int SESSION_ID_BYTES_MAX = 256;

  /** Distinct words of a column of event types that are counted. */
  private static final int EVENT_WORDS_MAX = 1_000;

  private final AtomicFileReader in;
  private final int part;
  private final RowRules rules;
  private final Refusals refusals;
  private final int session;
  private final int user;
  private final int item;
  private final int time;
  private final int event;
  private final int[] ratings;
  private final List<String> contextNames;
  private final int[] contexts;
  private final Map<TimeScale, Long> scales = new EnumMap<>(TimeScale.class);
  private final Map<String, Long> eventWords = new LinkedHashMap<>();

  private InteractionReader(
      AtomicFileReader in,
      int part,
      @Nullable List<String> contextNames,
      RowRules rules,
      Refusals refusals)
      throws IOException {
    this.in = in;
    this.part = part;
    this.rules = rules;
    this.refusals = refusals;
    user = in.indexOf("user_id");
    session =
        in.indexOf("session_id") >= 0
            ? in.require("session_id", AtomicColumn.Type.TOKEN)
            : in.require("user_id", AtomicColumn.Type.TOKEN);
    item = in.require("item_id", AtomicColumn.Type.TOKEN);
    time = in.require("timestamp", AtomicColumn.Type.FLOAT, AtomicColumn.Type.TOKEN);
    event = rules.eventColumn() == null ? -1 : in.indexOf(rules.eventColumn());
    ratings = RATINGS.stream().mapToInt(in::indexOf).filter(this::isNumber).toArray();
    this.contextNames = contextNames == null ? candidates() : List.copyOf(contextNames);
    contexts = new int[this.contextNames.size()];
    for (int i = 0; i < contexts.length; i++) {
      contexts[i] = in.require(this.contextNames.get(i), AtomicColumn.Type.TOKEN);
    }
  }

  private boolean isNumber(int column) {
    return column >= 0
        && (in.columns().get(column).type() == AtomicColumn.Type.FLOAT
            || in.columns().get(column).type() == AtomicColumn.Type.TOKEN);
  }

  /**
   * Opens a file and checks its header.
   *
   * @param contextNames token columns to read as context; null reads all that there are beside
   *     those with a meaning of their own
   */
  static InteractionReader open(
      Path file, int part, @Nullable List<String> contextNames, RowRules rules, Refusals refusals)
      throws IOException {
    AtomicFileReader in = AtomicFileReader.open(file);
    try {
      return new InteractionReader(in, part, contextNames, rules, refusals);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private List<String> candidates() {
    List<String> names = new ArrayList<>();
    for (int c = 0; c < in.columns().size(); c++) {
      if (!hasMeaning(c) && in.columns().get(c).type() == AtomicColumn.Type.TOKEN) {
        names.add(in.columns().get(c).name());
      }
    }
    return List.copyOf(names);
  }

  private boolean hasMeaning(int column) {
    for (int rating : ratings) {
      if (column == rating) {
        return true;
      }
    }
    return column == session
        || column == user
        || column == item
        || column == time
        || column == event;
  }

  /** The columns that say whether what was shown was clicked. */
  List<String> ratingColumns() {
    List<String> names = new ArrayList<>();
    for (int rating : ratings) {
      names.add(in.columns().get(rating).name());
    }
    return names;
  }

  /** Columns read as context, in the order of {@link Interaction#context}. */
  public List<String> contextNames() {
    return contextNames;
  }

  /** The next row that is taken, or null at the end. */
  public @Nullable Interaction next() throws IOException {
    while (true) {
      try {
        if (!in.next()) {
          return null;
        }
        Interaction row = row();
        if (row != null) {
          return row;
        }
        refusals.count(RefusalReason.NOT_A_CLICK);
      } catch (MalformedDataException e) {
        refusals.add(e, in.row());
      }
    }
  }

  /** The current row; null if it is no click. */
  private @Nullable Interaction row() throws IOException {
    double at = time();
    String visit = in.token(session, SESSION_ID_BYTES_MAX);
    String clicked = in.token(item, ItemReader.ITEM_ID_BYTES_MAX);
    String visitor =
        user < 0 || in.text(user).isEmpty() ? "" : in.token(user, SESSION_ID_BYTES_MAX);
    if (!isClick()) {
      return null;
    }
    EventType type = type();
    if (type == EventType.UNRECOGNIZED) {
      return null;
    }
    List<String> context = new ArrayList<>(contexts.length);
    for (int column : contexts) {
      context.add(context(column));
    }
    return new Interaction(part, in.line(), visit, visitor, clicked, at, type, 0, context);
  }

  private double time() throws MalformedDataException {
    String text = in.text(time);
    if (text.isEmpty()) {
      throw in.malformed(time, RefusalReason.EMPTY, "empty, expected a time");
    }
    double at = RowRules.timeOf(text);
    if (Double.isNaN(at)) {
      throw in.malformed(
          time,
          RefusalReason.NUMBER,
          AtomicFileReader.quote(text) + ", expected a finite number or a date as of ISO 8601");
    }
    scales.merge(TimeScale.of(at), 1L, Long::sum);
    RefusalReason refused = rules.refuses(at);
    if (refused != null) {
      throw in.malformed(time, refused, rules.problem(text, at, refused));
    }
    return at;
  }

  /** A row without a rating is a click. */
  private boolean isClick() throws MalformedDataException {
    for (int rating : ratings) {
      double value = in.number(rating);
      if (!Double.isNaN(value) && !rules.isClick(value)) {
        return false;
      }
    }
    return true;
  }

  /** What the visitor did; a click where nothing says so, unrecognized if nothing to learn. */
  private EventType type() throws MalformedDataException {
    if (event < 0 || in.text(event).isEmpty()) {
      return EventType.EVENT_TYPE_CLICK;
    }
    String word = in.text(event);
    if (eventWords.containsKey(word) || eventWords.size() < EVENT_WORDS_MAX) {
      eventWords.merge(word, 1L, Long::sum);
    }
    String target = rules.options().eventTypes().target(word).orElse(null);
    if (target == null) {
      throw in.malformed(
          event,
          RefusalReason.EVENT_TYPE,
          AtomicFileReader.quote(word)
              + " is no event type that is known, expected view, click, addtocart, transaction or"
              + " the like; --event-types "
              + word
              + "=click says what it means");
    }
    return EventTypes.type(target).orElse(EventType.UNRECOGNIZED);
  }

  /** A value that is too long is left out; the click counts all the same. */
  private String context(int column) throws IOException {
    String value = in.text(column);
    if (value.length() * 3L <= FeatureExtractor.MAX_TOKEN_BYTES
        || value.getBytes(StandardCharsets.UTF_8).length <= FeatureExtractor.MAX_TOKEN_BYTES) {
      return value;
    }
    refusals.add(
        in.malformed(
            column,
            RefusalReason.VALUE,
            AtomicFileReader.quote(value)
                + ", expected at most "
                + FeatureExtractor.MAX_TOKEN_BYTES
                + " bytes"),
        in.row());
    return "";
  }

  /** Rows by the scale on which their time lies, refused ones included. */
  Map<TimeScale, Long> scales() {
    return scales;
  }

  /** How often each word of the column of event types occurs. */
  Map<String, Long> eventWords() {
    return eventWords;
  }

  /** Bytes of the file read so far. */
  long bytesRead() throws IOException {
    return in.bytesRead();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
