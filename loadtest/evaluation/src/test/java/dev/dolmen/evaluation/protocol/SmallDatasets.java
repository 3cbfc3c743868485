package dev.dolmen.evaluation.protocol;

import dev.dolmen.server.data.Interaction;
import dev.dolmen.v1.EventType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Small datasets: as clicks, and as files in which an item is followed by its neighbour. */
public final class SmallDatasets {
  /** When the first click is, seconds since 1970. */
  public static final long FROM_SEC = 1_600_000_000;

  private static final int ITEMS = 40;

  private SmallDatasets() {}

  /** A click at a second of the stream. */
  public static EvalClick click(int session, int item, long sec) {
    Interaction row =
        new Interaction(
            0,
            sec + 1,
            "s" + session,
            "",
            "i" + item,
            FROM_SEC + sec,
            EventType.EVENT_TYPE_CLICK,
            0,
            List.of());
    return new EvalClick(session, item, (FROM_SEC + sec) * 1_000, row);
  }

  /** Writes the items, each of one of four shelves. */
  public static void items(Path folder, String name) throws IOException {
    StringBuilder items = new StringBuilder("item_id:token\tshelf:token\tborn:float\n");
    for (int i = 0; i < ITEMS; i++) {
      items.append("i" + i + "\tshelf" + i % 4 + "\t" + (FROM_SEC - 3_600L * i) + "\n");
    }
    Files.writeString(folder.resolve(name + ".item"), items);
  }

  /** Writes sessions of five clicks that go through the items in order, from a random one on. */
  public static void clicks(Path file, String user, int sessions, long fromSec, long seed)
      throws IOException {
    Random random = new Random(seed);
    StringBuilder rows =
        new StringBuilder(user + ":token\titem_id:token\ttimestamp:float\tdevice:token\n");
    for (int s = 0; s < sessions; s++) {
      int item = random.nextInt(ITEMS);
      for (int c = 0; c < 5; c++) {
        long time = fromSec + s * 60L + c * 5L;
        rows.append(seed + "-" + s + "\ti" + item + "\t" + time + "\td" + s % 2 + "\n");
        item = (item + 1 + random.nextInt(2)) % ITEMS;
      }
    }
    Files.writeString(file, rows);
  }
}
