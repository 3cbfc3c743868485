package dev.dolmen.trainer.catalog;

import dev.dolmen.parameterstore.feature.SlotTokens;
import dev.dolmen.parameterstore.schema.Slot;
import dev.dolmen.parameterstore.schema.SlotKind;
import dev.dolmen.v1.Item;
import dev.dolmen.v1.SlotValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What filters ask of all items: which of them have a token in a slot, and the number that each has
 * in a slot. So a filter that few items pass is answered from these few, and nobody looks at the
 * others. All tokens of categories, paths and lists of tokens count, those too that the model does
 * not read.
 *
 * <p>A part of the catalogue, which tells it of changes: one writer. Any thread reads; what it
 * reads of a single token or number is as of one moment, which another token's may not be.
 */
public final class FilterIndex {
  /** Of a token: its entry in the map, and the string without its text. */
  private static final int TOKEN_BYTES = 112;

  private final List<Slot> slots;

  /** By slot; null for slots of other kinds. */
  private final List<@Nullable ConcurrentHashMap<String, Token>> tokens = new ArrayList<>();

  private final List<@Nullable NumberColumn> numbers = new ArrayList<>();
  private volatile ItemSet items = ItemSet.NONE;
  private volatile long tokenBytes;

  /** A token and who has it. */
  private static final class Token {
    final String text;
    volatile ItemSet items = ItemSet.NONE;

    Token(String text) {
      this.text = text;
    }
  }

  /** Of no items yet. */
  public FilterIndex(List<Slot> slots) {
    this.slots = slots;
    for (Slot slot : slots) {
      tokens.add(hasTokens(slot.kind()) ? new ConcurrentHashMap<>() : null);
      numbers.add(slot.kind().isNumber() ? new NumberColumn() : null);
    }
  }

  private static boolean hasTokens(SlotKind kind) {
    return switch (kind) {
      case CATEGORY, CATEGORY_PATH, TOKENS -> true;
      case TEXT, NUMBER, AGE, ID, CONTEXT, VECTOR -> false;
    };
  }

  /** All items. */
  public ItemSet items() {
    return items;
  }

  /**
   * The items that have a token.
   *
   * @param slot its number in the schema, of a kind that has tokens to filter by
   */
  public ItemSet having(int slot, String token) {
    Token has = tokens(slot).get(token);
    return has == null ? ItemSet.NONE : has.items;
  }

  /** Whether items have tokens in a slot that filters ask for. */
  boolean hasTokens(int slot) {
    return tokens.get(slot) != null;
  }

  /**
   * The same text, of which all that refer to it can share one; known from now on, by whom nobody
   * has it yet. Any thread.
   *
   * @param slot of a kind that has tokens
   */
  String own(int slot, String token) {
    ConcurrentHashMap<String, Token> known = tokens(slot);
    Token has = known.get(token); // Most are known, and nobody waits to look.
    return (has == null ? known.computeIfAbsent(token, Token::new) : has).text;
  }

  private ConcurrentHashMap<String, Token> tokens(int slot) {
    ConcurrentHashMap<String, Token> known = tokens.get(slot);
    if (known == null) {
      throw new IllegalArgumentException("slot " + slots.get(slot).name() + " has no tokens");
    }
    return known;
  }

  /**
   * An item's number, NaN where it has none.
   *
   * @param slot its number in the schema, of a kind that is a number
   */
  public double number(int slot, int item) {
    NumberColumn column = numbers.get(slot);
    if (column == null) {
      throw new IllegalArgumentException("slot " + slots.get(slot).name() + " has no numbers");
    }
    return column.get(item);
  }

  /** Bytes of the heap that it takes, about. */
  public long bytes() {
    long bytes = tokenBytes + items.bytes();
    for (NumberColumn column : numbers) {
      bytes += column == null ? 0 : column.bytes();
    }
    return bytes;
  }

  /**
   * The item at an index is another one from now on. Writer.
   *
   * @param before what was there, null for nothing
   * @param now what is there, null for nothing
   * @param read whether anybody may read meanwhile
   */
  void replace(int index, @Nullable Item before, @Nullable Item now, boolean read) {
    Map<String, SlotValue> oldValues = before == null ? Map.of() : before.getSlotsMap();
    Map<String, SlotValue> values = now == null ? Map.of() : now.getSlotsMap();
    for (int slot = 0; slot < slots.size(); slot++) {
      ConcurrentHashMap<String, Token> known = tokens.get(slot);
      NumberColumn column = numbers.get(slot);
      SlotValue old = oldValues.get(slots.get(slot).name());
      SlotValue value = values.get(slots.get(slot).name());
      if (column != null) {
        column.set(index, value != null && value.hasNumber() ? value.getNumber() : Double.NaN);
      } else if (known != null) {
        SlotKind kind = slots.get(slot).kind();
        replace(index, tokensOf(kind, old), tokensOf(kind, value), known, read);
      }
    }
    items = now == null ? items.without(index) : items.with(index, !read);
  }

  private static List<String> tokensOf(SlotKind kind, @Nullable SlotValue value) {
    List<String> found = value == null ? null : SlotTokens.of(kind, value);
    return found == null ? List.of() : found;
  }

  /** What comes is added first, so that a token that stays is never missed. */
  private void replace(
      int index,
      List<String> before,
      List<String> now,
      ConcurrentHashMap<String, Token> known,
      boolean read) {
    if (before.equals(now)) {
      return;
    }
    for (String token : now) {
      add(known, token, index, read);
    }
    Set<String> stay = before.isEmpty() ? Set.of() : new HashSet<>(now);
    for (String token : before) {
      if (!stay.contains(token)) {
        remove(known, token, index);
      }
    }
  }

  private void add(ConcurrentHashMap<String, Token> known, String text, int index, boolean read) {
    Token token = known.computeIfAbsent(text, Token::new);
    ItemSet had = token.items;
    long before = bytes(text, had, index);
    token.items = had.with(index, !read);
    count(bytes(text, token.items, index) - before);
  }

  private void remove(ConcurrentHashMap<String, Token> known, String text, int index) {
    Token token = known.get(text);
    if (token == null) {
      return; // It stands there twice.
    }
    ItemSet had = token.items;
    token.items = had.without(index);
    if (token.items.size() == 0) {
      known.remove(text);
    }
    count(bytes(text, token.items, index) - bytes(text, had, index));
  }

  /** What a token takes, of its items those around an index, which alone change. */
  private static long bytes(String text, ItemSet set, int index) {
    return set.size() == 0 ? 0 : TOKEN_BYTES + text.length() + set.bytesAround(index);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
  private void count(long moreBytes) {
    tokenBytes += moreBytes;
  }
}
