package dev.dolmen.traffic.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The words of the demonstration's shop, from the resource {@code products.txt}.
 *
 * @param categories in order of appearance
 * @param brands by department
 * @param variants by department
 * @param seriesNames names of product lines
 */
record ShopVocabulary(
    List<Category> categories,
    Map<String, List<String>> brands,
    Map<String, List<String>> variants,
    List<String> seriesNames) {
  private static final String RESOURCE = "products.txt";

  /** A category and its types of product. */
  record Category(String department, String name, List<Type> types) {}

  /**
   * A type of product.
   *
   * @param price of a middling one, in euros
   */
  record Type(String name, double price) {}

  static ShopVocabulary load() {
    List<Category> categories = new ArrayList<>();
    Map<String, List<String>> brands = new LinkedHashMap<>();
    Map<String, List<String>> variants = new LinkedHashMap<>();
    List<String> series = new ArrayList<>();
    for (String line : lines()) {
      int colon = line.indexOf(':');
      String head = line.substring(0, colon);
      List<String> values = List.of(line.substring(colon + 1).strip().split(" *, *", -1));
      if (head.startsWith("brands ")) {
        brands.put(head.substring("brands ".length()), values);
      } else if (head.startsWith("variant ")) {
        variants.put(head.substring("variant ".length()), values);
      } else if (head.startsWith("type ")) {
        int slash = head.indexOf(" / ");
        categories.add(
            new Category(
                head.substring("type ".length(), slash),
                head.substring(slash + 3),
                values.stream().map(ShopVocabulary::type).toList()));
      } else {
        series.addAll(values);
      }
    }
    return new ShopVocabulary(categories, brands, variants, series);
  }

  private static Type type(String text) {
    int space = text.lastIndexOf(' ');
    return new Type(text.substring(0, space), Double.parseDouble(text.substring(space + 1)));
  }

  private static List<String> lines() {
    InputStream resource =
        Objects.requireNonNull(ShopVocabulary.class.getResourceAsStream(RESOURCE), RESOURCE);
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return in.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
