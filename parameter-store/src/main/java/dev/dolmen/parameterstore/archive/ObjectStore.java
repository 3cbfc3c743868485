package dev.dolmen.parameterstore.archive;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * Objects by name, each put as a whole: it is there with all of its bytes, or not at all. Keys are
 * of letters, digits, '-', '_', '.' and '/'. Any thread; a call waits for the store, for a bounded
 * time.
 */
public interface ObjectStore extends Closeable {
  /**
   * Puts an object, in the place of one that has its key; it is durable then.
   *
   * @throws IOException if it is not certain to be there
   */
  void put(String key, byte[] bytes) throws IOException;

  /**
   * Reads an object.
   *
   * @param bytesMax more of them are refused
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if it cannot be read now, or is too large
   */
  byte[] get(String key, int bytesMax) throws IOException;

  /**
   * All objects whose keys begin so, in the order of their keys.
   *
   * @param prefix ends with '/'
   * @throws IOException if they cannot be listed now
   */
  List<StoredObject> list(String prefix) throws IOException;

  /**
   * Deletes an object; one that is not there is fine.
   *
   * @throws IOException if it is not certain to be gone
   */
  void delete(String key) throws IOException;

  /** Where it is, for messages. */
  String location();

  @Override
  void close();
}
