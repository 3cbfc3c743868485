package dev.dolmen.server.data;

import dev.dolmen.parameterstore.schema.Schema;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an item file as catalogue items. A column becomes the value of the slot that has its name;
 * columns that the schema has no slot for are left out.
 */
public final class ItemReader implements Closeable {
  private final AtomicFileReader in;
  private final int id;
  private final @Nullable SlotKind[] kinds;
  private final List<String> ignored = new ArrayList<>();

  private ItemReader(AtomicFileReader in, Schema schema) throws IOException {
    this.in = in;
    id = in.require("item_id", AtomicColumn.Type.TOKEN);
    List<AtomicColumn> columns = in.columns();
    kinds = new @Nullable SlotKind[columns.size()];
    for (int c = 0; c < kinds.length; c++) {
      int slot = schema.slotOf(columns.get(c).name());
      if (c == id) {
        continue;
      }
      if (slot < 0 || schema.slots().get(slot).kind() == SlotKind.CONTEXT) {
        ignored.add(columns.get(c).name());
        continue;
      }
      kinds[c] = schema.slots().get(slot).kind();
      check(c, schema.slots().get(slot).kind());
    }
  }

  /**
   * Opens a file and checks its header against the schema.
   *
   * @throws MalformedDataException if there is no item_id, or a column does not fit its slot
   */
  public static ItemReader open(Path file, Schema schema) throws IOException {
    AtomicFileReader in = AtomicFileReader.open(file);
    try {
      return new ItemReader(in, schema);
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private void check(int column, SlotKind kind) throws MalformedDataException {
    boolean numeric = in.columns().get(column).type() == AtomicColumn.Type.FLOAT;
    boolean fits =
        in.columns().get(column).type() != AtomicColumn.Type.FLOAT_SEQ
            && numeric == kind.isNumber();
    if (!fits) {
      throw in.malformed(
          column,
          in.columns().get(column).type().text()
              + " does not fit the slot's kind "
              + kind
              + " (number takes float; the others token or token_seq)");
    }
  }

  /** Columns that the schema has no slot for. */
  public List<String> ignored() {
    return List.copyOf(ignored);
  }

  /** The next item, or null at the end. */
  public @Nullable Item next() throws IOException {
    if (!in.next()) {
      return null;
    }
    Item.Builder item = Item.newBuilder().setItemId(in.token(id));
    for (int c = 0; c < kinds.length; c++) {
      SlotKind kind = kinds[c];
      if (kind != null && !in.text(c).isEmpty()) {
        item.putSlots(in.columns().get(c).name(), value(c, kind));
      }
    }
    return item.build();
  }

  private SlotValue value(int column, SlotKind kind) throws MalformedDataException {
    SlotValue.Builder value = SlotValue.newBuilder();
    switch (kind) {
      case NUMBER, AGE -> value.setNumber(in.number(column));
      case TOKENS -> value.setTokens(TokenList.newBuilder().addAllToken(in.tokens(column)));
      case CATEGORY_PATH -> value.setPath(TokenList.newBuilder().addAllToken(in.tokens(column)));
      case CATEGORY, TEXT, ID, CONTEXT -> value.setToken(in.text(column));
    }
    return value.build();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
