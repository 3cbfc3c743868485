package dev.dolmen.trainer.catalog;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.dolmen.parameterstore.feature.Features;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.NumberList;
import dev.dolmen.v1.SlotValue;
import dev.dolmen.v1.TokenList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Items as the catalogue keeps them: an array of bytes and one of tokens. As objects of protobuf an
 * item takes about ten times as much. Slots go by their numbers, in the order in which they were
 * sent; tokens that can be filtered by are the {@link FilterIndex}'s own, and text is UTF-8.
 *
 * <p>The bytes are what the item is, its id, and for each slot its number times 16 and what its
 * value is, then the value. Any thread.
 */
final class ItemPacking {
  private static final String[] NO_TOKENS = {};

  private static final int UNAVAILABLE = 1;

  /** As protobuf writes it: with fields that this version does not know. */
  private static final int AS_SENT = 2;

  private static final int NOTHING = 0;
  private static final int TEXT = 1;
  private static final int TEXT_TOKENS = 2;
  private static final int TEXT_PATH = 3;
  private static final int TOKEN = 4;
  private static final int TOKENS = 5;
  private static final int PATH = 6;
  private static final int NUMBER = 7;
  private static final int VECTOR = 8;
  private static final int KINDS = 16;

  private static final SlotValue VECTOR_ELSEWHERE =
      SlotValue.newBuilder().setVector(NumberList.getDefaultInstance()).build();

  private final List<Slot> slots;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final FilterIndex filters;

  ItemPacking(List<Slot> slots, FilterIndex filters) {
    this.slots = slots;
    this.filters = filters;
    for (int number = 0; number < slots.size(); number++) {
      numbers.put(slots.get(number).name(), number);
    }
  }

  /** Packs an item, whose slots are those of the schema. */
  CatalogItem packed(int index, Item item, Features features) {
    List<String> tokens = new ArrayList<>();
    byte[] bytes = pack(item, tokens);
    String[] own = tokens.isEmpty() ? NO_TOKENS : tokens.toArray(NO_TOKENS);
    return new CatalogItem(index, bytes, own, this, features);
  }

  private byte[] pack(Item item, List<String> tokens) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 64);
    try {
      boolean known = isKnown(item);
      int flags = (item.getUnavailable() ? UNAVAILABLE : 0) | (known ? 0 : AS_SENT);
      out.writeUInt32NoTag(flags);
      out.writeStringNoTag(item.getItemId());
      if (known) {
        for (Map.Entry<String, SlotValue> slot : item.getSlotsMap().entrySet()) {
          pack(requireNonNull(numbers.get(slot.getKey())), slot.getValue(), tokens, out);
        }
      } else {
        out.writeByteArrayNoTag(item.toByteArray());
      }
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // To an array.
    }
  }

  private boolean isKnown(Item item) {
    boolean known = item.getUnknownFields().asMap().isEmpty();
    for (Map.Entry<String, SlotValue> slot : item.getSlotsMap().entrySet()) {
      SlotValue value = slot.getValue();
      known &=
          numbers.containsKey(slot.getKey())
              && value.getUnknownFields().asMap().isEmpty()
              && value.getTokens().getUnknownFields().asMap().isEmpty()
              && value.getPath().getUnknownFields().asMap().isEmpty()
              && value.getVector().getSerializedSize() == 0;
    }
    return known;
  }

  private void pack(int slot, SlotValue value, List<String> tokens, CodedOutputStream out)
      throws IOException {
    boolean own = filters.hasTokens(slot);
    switch (value.getValueCase()) {
      case TOKEN -> {
        out.writeUInt32NoTag(KINDS * slot + (own ? TOKEN : TEXT));
        pack(slot, List.of(value.getToken()), tokens, out);
      }
      case TOKENS -> {
        out.writeUInt32NoTag(KINDS * slot + (own ? TOKENS : TEXT_TOKENS));
        out.writeUInt32NoTag(value.getTokens().getTokenCount());
        pack(slot, value.getTokens().getTokenList(), tokens, out);
      }
      case PATH -> {
        out.writeUInt32NoTag(KINDS * slot + (own ? PATH : TEXT_PATH));
        out.writeUInt32NoTag(value.getPath().getTokenCount());
        pack(slot, value.getPath().getTokenList(), tokens, out);
      }
      case NUMBER -> {
        out.writeUInt32NoTag(KINDS * slot + NUMBER);
        out.writeDoubleNoTag(value.getNumber());
      }
      case VECTOR -> out.writeUInt32NoTag(KINDS * slot + VECTOR);
      case VALUE_NOT_SET -> out.writeUInt32NoTag(KINDS * slot + NOTHING);
    }
  }

  private void pack(int slot, List<String> text, List<String> tokens, CodedOutputStream out)
      throws IOException {
    for (String each : text) {
      if (filters.hasTokens(slot)) {
        tokens.add(filters.own(slot, each));
      } else {
        out.writeStringNoTag(each);
      }
    }
  }

  static boolean isUnavailable(byte[] bytes) {
    return (bytes[0] & UNAVAILABLE) != 0;
  }

  /** The id, whose length stands in one byte or two: it is 512 bytes at most. */
  static String id(byte[] bytes) {
    int start = idStart(bytes);
    return new String(bytes, start, idLength(bytes), StandardCharsets.UTF_8);
  }

  private static int idStart(byte[] bytes) {
    return bytes[1] < 0 ? 3 : 2;
  }

  private static int idLength(byte[] bytes) {
    return bytes[1] < 0 ? (bytes[1] & 0x7f) | (bytes[2] << 7) : bytes[1];
  }

  /** Whether an item has this id, without making a string of its own. */
  static boolean hasId(byte[] bytes, String id) {
    int start = idStart(bytes);
    int length = idLength(bytes);
    if (length != id.length()) {
      return id.length() < length && id(bytes).equals(id);
    }
    for (int i = 0; i < length; i++) {
      // As many bytes as characters: in an equal id all are of one byte.
      if (bytes[start + i] != id.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The item that was packed. */
  Item unpack(byte[] bytes, String[] tokens) {
    Reader reader = new Reader(bytes, tokens);
    Item.Builder item = Item.newBuilder();
    try {
      int flags = reader.in.readUInt32();
      item.setItemId(reader.in.readString()).setUnavailable((flags & UNAVAILABLE) != 0);
      if ((flags & AS_SENT) != 0) {
        return Item.parseFrom(reader.in.readByteArray());
      }
      while (!reader.in.isAtEnd()) {
        int tag = reader.in.readUInt32();
        item.putSlots(slots.get(tag / KINDS).name(), reader.value(tag % KINDS));
      }
      return item.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // From an array.
    }
  }

  /** The value of one slot of the item that was packed, null if it has none. */
  @Nullable SlotValue value(byte[] bytes, String[] tokens, int slot) {
    if ((bytes[0] & AS_SENT) != 0) {
      return unpack(bytes, tokens).getSlotsMap().get(slots.get(slot).name());
    }
    Reader reader = new Reader(bytes, tokens);
    try {
      reader.in.readUInt32();
      reader.in.skipRawBytes(reader.in.readUInt32());
      while (!reader.in.isAtEnd()) {
        int tag = reader.in.readUInt32();
        if (tag / KINDS == slot) {
          return reader.value(tag % KINDS);
        }
        reader.skip(tag % KINDS);
      }
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // From an array.
    }
  }

  /** One item's, front to back. */
  private static final class Reader {
    final CodedInputStream in;
    private final String[] tokens;
    private int token;

    Reader(byte[] bytes, String[] tokens) {
      in = CodedInputStream.newInstance(bytes);
      this.tokens = tokens;
    }

    SlotValue value(int kind) throws IOException {
      SlotValue.Builder value = SlotValue.newBuilder();
      switch (kind) {
        case NOTHING -> {}
        case TEXT -> value.setToken(in.readString());
        case TEXT_TOKENS -> value.setTokens(texts());
        case TEXT_PATH -> value.setPath(texts());
        case TOKEN -> value.setToken(tokens[token++]);
        case TOKENS -> value.setTokens(tokens());
        case PATH -> value.setPath(tokens());
        case NUMBER -> value.setNumber(in.readDouble());
        case VECTOR -> {
          return VECTOR_ELSEWHERE;
        }
        default -> throw new IOException("a value of kind " + kind);
      }
      return value.build();
    }

    private TokenList texts() throws IOException {
      TokenList.Builder list = TokenList.newBuilder();
      for (int n = in.readUInt32(); n > 0; n--) {
        list.addToken(in.readString());
      }
      return list.build();
    }

    private TokenList tokens() throws IOException {
      TokenList.Builder list = TokenList.newBuilder();
      for (int n = in.readUInt32(); n > 0; n--) {
        list.addToken(tokens[token++]);
      }
      return list.build();
    }

    void skip(int kind) throws IOException {
      switch (kind) {
        case NOTHING, VECTOR -> {}
        case TEXT -> in.skipRawBytes(in.readUInt32());
        case TEXT_TOKENS, TEXT_PATH -> {
          for (int n = in.readUInt32(); n > 0; n--) {
            in.skipRawBytes(in.readUInt32());
          }
        }
        case TOKEN -> token++;
        case TOKENS, PATH -> token += in.readUInt32();
        case NUMBER -> in.skipRawBytes(Double.BYTES);
        default -> throw new IOException("a value of kind " + kind);
      }
    }
  }
}
