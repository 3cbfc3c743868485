package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.ImportOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * A small dataset of pairs without times and its split: items have one of four tags, each user
 * those of one tag, and nobody's cold items are learned.
 */
public final class SmallPairs {
  static final int USERS = 60;
  static final int ITEMS = 240;

  /** Items from here on are cold, those of even number for tuning. */
  static final int COLD_FROM = 200;

  private SmallPairs() {}

  /** Writes all of it. */
  public static void write(Path folder) throws IOException {
    Random random = new Random(1);
    StringBuilder all = new StringBuilder("user_id:token\titem_id:token\n");
    Map<ItemSetSplit.Part, StringBuilder> parts = new EnumMap<>(ItemSetSplit.Part.class);
    for (ItemSetSplit.Part part : ItemSetSplit.Part.values()) {
      parts.put(part, new StringBuilder("user_id:token\titem_id:token\n"));
    }
    for (int user = 0; user < USERS; user++) {
      for (int item = user % 4; item < ITEMS; item += 4) {
        if (random.nextInt(6) > 0) {
          String pair = "u" + user + "\ti" + item + "\n";
          all.append(pair);
          parts.getOrDefault(part(item, random.nextInt(10)), all).append(pair);
        }
      }
    }
    StringBuilder items = new StringBuilder("item_id:token\ttags:token_seq\n");
    for (int item = 0; item < ITEMS; item++) {
      items.append("i" + item + "\ttag" + item % 4 + " all\n");
    }
    Files.writeString(folder.resolve("papers.inter"), all);
    Files.writeString(folder.resolve("papers.item"), items);
    Files.createDirectories(folder.resolve("splits"));
    for (Map.Entry<ItemSetSplit.Part, StringBuilder> part : parts.entrySet()) {
      Files.writeString(file(folder, part.getKey()), part.getValue());
    }
  }

  private static ItemSetSplit.Part part(int item, int drawn) {
    if (item >= COLD_FROM) {
      return item / 4 % 2 == 0 ? ItemSetSplit.Part.COLD_VALIDATION : ItemSetSplit.Part.COLD_TEST;
    }
    return switch (drawn) {
      case 0 -> ItemSetSplit.Part.WARM_VALIDATION;
      case 1, 2 -> ItemSetSplit.Part.WARM_TEST;
      case 3 -> ItemSetSplit.Part.LEARNED_TOO;
      default -> ItemSetSplit.Part.LEARNED;
    };
  }

  /** Where the pairs of a part are. */
  static Path file(Path folder, ItemSetSplit.Part part) {
    return folder.resolve("splits").resolve("papers.gar." + part.file() + ".inter");
  }

  static EvalDataset read(Path folder) throws IOException {
    return EvalDataset.readPairs(folder, ImportOptions.DEFAULT, null, rows -> {});
  }
}
