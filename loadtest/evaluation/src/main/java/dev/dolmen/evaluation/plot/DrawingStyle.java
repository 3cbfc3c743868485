package dev.dolmen.evaluation.plot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The style sheet of all drawings: what the classes of their shapes look like, by day and night.
 */
public final class DrawingStyle {
  private static final String FILE = "drawing.css";

  private DrawingStyle() {}

  /** As CSS, to be put into the page, or the drawing. */
  public static String css() {
    try (InputStream in = DrawingStyle.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing next to the classes");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
