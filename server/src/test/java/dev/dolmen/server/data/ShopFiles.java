package dev.dolmen.server.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A small shop's export, of which a test changes what it is about. Tabs are written as commas. */
public final class ShopFiles {
  /** Clicks in {@code shop.inter}: 60 visits of three. */
  public static final int CLICKS = 180;

  /** Items in {@code shop.item}, all of them clicked. */
  public static final int ITEMS = 20;

  /** When the first click was, seconds since 1970. */
  public static final long FROM_SEC = 1_760_000_000;

  private final List<String> clicks = new ArrayList<>();
  private final List<String> items = new ArrayList<>();

  /** The export as it should be. */
  public ShopFiles() {
    clicks.add("session_id:token,item_id:token,timestamp:float");
    for (int i = 0; i < CLICKS; i++) {
      clicks.add("s" + i / 3 + ",sku" + (i / 3 + i % 3) % ITEMS + "," + (FROM_SEC + 10L * i));
    }
    items.add("item_id:token,category:token,title:token_seq,price:float");
    for (int i = 0; i < ITEMS; i++) {
      items.add("sku" + i + ",dep" + i / 5 + ",name" + i + " line," + (5 + i) + ".5");
    }
  }

  /** The lines of clicks, the header first. */
  public List<String> clicks() {
    return clicks;
  }

  /** The lines of items, the header first. */
  public List<String> items() {
    return items;
  }

  /** Changes each click. */
  public ShopFiles eachClick(UnaryOperator<String> change) {
    return each(clicks, change);
  }

  /** Changes each item. */
  public ShopFiles eachItem(UnaryOperator<String> change) {
    return each(items, change);
  }

  private ShopFiles each(List<String> lines, UnaryOperator<String> change) {
    for (int i = 1; i < lines.size(); i++) {
      lines.set(i, change.apply(lines.get(i)));
    }
    return this;
  }

  /** Changes the line of that number, as messages count: the header is line 1. */
  public ShopFiles click(int line, String now) {
    clicks.set(line - 1, now);
    return this;
  }

  /** The same of an item. */
  public ShopFiles item(int line, String now) {
    items.set(line - 1, now);
    return this;
  }

  /** Gives the clicks another header. */
  public ShopFiles clicksHeader(String header) {
    return click(1, header);
  }

  /** Gives the items another header. */
  public ShopFiles itemsHeader(String header) {
    return item(1, header);
  }

  /** Writes both files. */
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    write(folder, "shop.inter", text(clicks));
    write(folder, "shop.item", text(items));
    return folder;
  }

  /** Writes the clicks alone. */
  public Path writeClicks(Path folder) throws IOException {
    Files.createDirectories(folder);
    write(folder, "shop.inter", text(clicks));
    return folder;
  }

  private static void write(Path folder, String name, String text) throws IOException {
    Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines).replace(',', '\t') + "\n";
  }
}
