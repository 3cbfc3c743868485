package dev.dolmen.server.data;

import dev.dolmen.parameterstore.feature.FeatureExtractor;
import dev.dolmen.parameterstore.feature.InvalidFeatureException;
import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an item file as catalogue items. A column becomes the value of the slot that has its name,
 * or the legal name that {@link SlotNames} makes of it; columns that the schema has no slot for are
 * left out. A value that the schema or the server does not take is left out, and told of; the item
 * stays.
 */
public final class ItemReader implements Closeable {
  /** As the API takes ids. */
  static final int ITEM_ID_BYTES_MAX = 512;

  private final AtomicFileReader in;
  private final ImportOptions options;
  private final Refusals refusals;
  private final FeatureExtractor features;
  private final int id;
  private final List<String> names;
  private final @Nullable SlotKind[] kinds;
  private final List<String> ignored = new ArrayList<>();

  private ItemReader(AtomicFileReader in, Schema schema, ImportOptions options, Refusals refusals)
      throws IOException {
    this.in = in;
    this.options = options;
    this.refusals = refusals;
    features = new FeatureExtractor(schema);
    id = in.require("item_id", AtomicColumn.Type.TOKEN);
    List<AtomicColumn> columns = in.columns();
    names = SlotNames.of(columns);
    kinds = new @Nullable SlotKind[columns.size()];
    for (int c = 0; c < kinds.length; c++) {
      int slot = schema.slotOf(names.get(c));
      if (c == id) {
        continue;
      }
      if (slot < 0 || !isMetadata(schema.slots().get(slot).kind())) {
        ignored.add(columns.get(c).name());
        continue;
      }
      kinds[c] = schema.slots().get(slot).kind();
      check(c, schema.slots().get(slot).kind());
    }
  }

  private static boolean isMetadata(SlotKind kind) {
    return kind != SlotKind.CONTEXT && kind != SlotKind.ID;
  }

  /**
   * Opens a file and checks its header against the schema.
   *
   * @throws MalformedDataException if there is no item_id, or a column does not fit its slot
   */
  static ItemReader open(Path file, Schema schema, ImportOptions options, Refusals refusals)
      throws IOException {
    AtomicFileReader in = AtomicFileReader.open(file);
    try {
      return new ItemReader(in, schema, options, refusals);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private void check(int column, SlotKind kind) throws MalformedDataException {
    boolean fits =
        switch (in.columns().get(column).type()) {
          case FLOAT -> kind.isNumber();
          case FLOAT_SEQ -> kind == SlotKind.VECTOR;
          case TOKEN, TOKEN_SEQ -> !kind.isNumber() && kind != SlotKind.VECTOR;
        };
    if (!fits) {
      throw in.malformed(
          column,
          in.columns().get(column).type().text()
              + " does not fit the slot's kind "
              + kind
              + " (number and age take float, vector float_seq; the others token or token_seq)");
    }
  }

  /** Columns that the schema has no slot for. */
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  /** The next item that is taken, or null at the end. */
  public @Nullable Item next() throws IOException {
    while (true) {
      try {
        return in.next() ? item() : null;
      } catch (MalformedDataException e) {
        refusals.add(e, in.row());
      }
    }
  }

  private Item item() throws IOException {
    Item.Builder item = Item.newBuilder().setItemId(in.token(id, ITEM_ID_BYTES_MAX));
    for (int c = 0; c < kinds.length; c++) {
      SlotKind kind = kinds[c];
      if (kind != null && !in.text(c).isEmpty()) {
        SlotValue value = value(c, kind);
        if (value != null) {
          item.putSlots(names.get(c), value);
        }
      }
    }
    return fitting(withinSize(item.build()));
  }

  /** What a field says; null if nothing, or nothing that is taken. */
  private @Nullable SlotValue value(int column, SlotKind kind) throws IOException {
    SlotValue.Builder value = SlotValue.newBuilder();
    switch (kind) {
      case NUMBER, AGE -> {
        double number = number(column);
        if (Double.isNaN(number)) {
          return null;
        }
        value.setNumber(number);
      }
      case TOKENS, CATEGORY_PATH -> {
        List<String> tokens = in.tokens(column);
        boolean path = kind == SlotKind.CATEGORY_PATH;
        int max = path ? options.sizes().maxItemLevels() : options.sizes().maxItemTokens();
        if (tokens.isEmpty()) {
          return null;
        }
        if (tokens.size() > max) {
          leaveOut(column, tokens.size() + " tokens, expected at most " + max);
          return null;
        }
        TokenList list = TokenList.newBuilder().addAllToken(tokens).build();
        if (path) {
          value.setPath(list);
        } else {
          value.setTokens(list);
        }
      }
      case VECTOR -> {
        NumberList numbers = vector(column);
        if (numbers.getNumberCount() == 0) {
          return null;
        }
        value.setVector(numbers);
      }
      case CATEGORY, TEXT, ID, CONTEXT -> value.setToken(in.text(column));
    }
    return value.build();
  }

  /** Without numbers where the field has none that are taken. */
  private NumberList vector(int column) throws IOException {
    NumberList.Builder list = NumberList.newBuilder();
    try {
      for (double number : in.numbers(column)) {
        list.addNumber((float) number);
      }
    } catch (MalformedDataException e) {
      if (!options.unknownValues()) {
        throw e;
      }
      leaveOut(column, e.problem());
      return NumberList.getDefaultInstance();
    }
    return list.build();
  }

  private double number(int column) throws IOException {
    try {
      return in.number(column);
    } catch (MalformedDataException e) {
      if (!options.unknownValues()) {
        throw e;
      }
      leaveOut(column, e.problem());
      return Double.NaN;
    }
  }

  private void leaveOut(int column, String problem) throws IOException {
    refusals.add(in.malformed(column, RefusalReason.VALUE, problem), in.row());
  }

  /** The item without values that make it too large; the largest go first. */
  private Item withinSize(Item whole) throws IOException {
    int max = options.sizes().maxItemBytes();
    Item item = whole;
    while (item.getSerializedSize() > max && item.getSlotsCount() > 0) {
      int bytes = item.getSerializedSize();
      String largest =
          Collections.max(
                  item.getSlotsMap().entrySet(),
                  Comparator.comparingInt(e -> e.getValue().getSerializedSize()))
              .getKey();
      leaveOut(
          names.indexOf(largest),
          "with it the item has " + bytes + " bytes, expected at most " + max);
      item = item.toBuilder().removeSlots(largest).build();
    }
    return item;
  }

  /** The item without values that the schema does not take. */
  private Item fitting(Item whole) throws IOException {
    Item item = whole;
    while (true) {
      try {
        features.item(item);
        return item;
      } catch (InvalidFeatureException e) {
        int column = columnOf(e.field(), item);
        String problem = '"' + e.value() + "\", expected " + e.expected();
        if (column < 0) {
          throw in.malformed(id, RefusalReason.ITEM, e.field() + ": " + problem);
        }
        leaveOut(column, problem);
        item = item.toBuilder().removeSlots(names.get(column)).build();
      }
    }
  }

  /** The column of a slot that the item has, by a path such as {@code slots[price].number}. */
  private int columnOf(String field, Item item) {
    for (int c = 0; c < names.size(); c++) {
      if (field.startsWith("slots[" + names.get(c) + "]") && item.containsSlots(names.get(c))) {
        return c;
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
