package dev.dolmen.server.reload;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A small file of text, and what names it.
 *
 * @param setting a configuration key or an option, for messages
 * @param path of the file
 */
public record NamedFile(String setting, String path) {
  private static final int MAX_BYTES = 1 << 20;

  /**
   * Reads all of it, a byte a character: what is expected in such files is ASCII.
   *
   * @param expected what it should hold, for the message
   * @throws UnusableFileException if it cannot be read, or is larger than 1 MiB
   */
  public String read(String expected) throws UnusableFileException {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw unusable("is larger than 1 MiB, expected " + expected);
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw unusable("no such file");
    } catch (AccessDeniedException e) {
      throw unusable("cannot be read: permission denied");
    } catch (IOException | InvalidPathException e) {
      throw unusable("cannot be read: " + e.getMessage());
    }
  }

  /** A sentence about the file, with what names it. */
  public String says(String what) {
    return setting + ": " + path + ": " + what;
  }

  /** To be thrown for a file that is not as expected. */
  public UnusableFileException unusable(String reason) {
    return new UnusableFileException(List.of(says(reason)));
  }
}
