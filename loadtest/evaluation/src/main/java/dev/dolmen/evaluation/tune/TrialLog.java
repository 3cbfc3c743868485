package dev.dolmen.evaluation.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolmen.server.cli.CommandFailedException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The trials of one search in a file: the first line says which search it is, each other one is a
 * trial. A line counts once its line break is on disk, so a process that dies loses the trial that
 * it was making and no other. One process at a time, by a lock on the file.
 */
final class TrialLog implements Closeable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SEARCH = "search";

  private record Key(int rung, Map<String, String> settings) {}

  private final Path file;
  private final FileChannel channel;
  private final Map<Key, Trial> trials = new HashMap<>();

  private TrialLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Opens it, or makes it.
   *
   * @param search which search it is, by field
   * @param anew whether trials that are there are thrown away
   * @throws CommandFailedException if another process has it, or it holds another search or is
   *     damaged: nothing was changed then
   * @throws IOException if it cannot be read or written
   */
  static TrialLog open(Path file, Map<String, String> search, boolean anew) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    TrialLog log = new TrialLog(file, channel);
    boolean opened = false;
    try {
      log.lock();
      if (anew) {
        channel.truncate(0);
      }
      log.read(search);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private void lock() throws IOException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process: refused all the same.
    }
    throw new CommandFailedException(1, file + ": in use by another search, expected none");
  }

  private void read(Map<String, String> search) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--; // A line that a process died over.
    }
    if (end > 0) {
      String[] lines = new String(bytes, 0, end, StandardCharsets.UTF_8).split("\n", -1);
      compare(parse(1, lines[0]).path(SEARCH), search);
      for (int line = 1; line < lines.length - 1; line++) {
        remember(trial(line + 1, parse(line + 1, lines[line])));
      }
    }
    channel.truncate(end);
    channel.position(end);
    if (end == 0) {
      ObjectNode header = MAPPER.createObjectNode();
      search.forEach(header.putObject(SEARCH)::put);
      append(header);
      syncDirectory();
    }
  }

  /** A new file's name must be as durable as its lines. */
  private void syncDirectory() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }

  private void compare(JsonNode there, Map<String, String> search) {
    search.forEach((field, value) -> {
      String before = there.path(field).asText("nothing");
      if (!before.equals(value)) {
        throw new CommandFailedException(
            2,
            file
                + ": "
                + field
                + " of the search that was begun there: "
                + before
                + ", expected as now: "
                + value
                + "; --anew throws its trials away, --to DIR begins another search");
      }
    });
  }

  private JsonNode parse(int line, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw damaged(line, "no JSON");
    }
  }

  private CommandFailedException damaged(int line, String found) {
    return new CommandFailedException(
        1, file + ":" + line + ": " + found + ", expected a trial; --anew throws all of them away");
  }

  private Trial trial(int line, JsonNode json) {
    try {
      return TrialJson.read(json);
    } catch (IllegalArgumentException e) {
      throw damaged(line, String.valueOf(e.getMessage()));
    }
  }

  private void remember(Trial trial) {
    trials.put(new Key(trial.rung(), Map.copyOf(trial.settings())), trial);
  }

  private void append(ObjectNode line) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap((MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(true);
  }

  /** Trials that are there, by rung. */
  Map<Integer, Integer> counts() {
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    trials.keySet().forEach(key -> counts.merge(key.rung(), 1, Integer::sum));
    return counts;
  }

  /** The trial of settings on a rung, if it was made. */
  @Nullable Trial find(int rung, Map<String, String> settings) {
    return trials.get(new Key(rung, settings));
  }

  /** Adds a trial, which is on disk when the call returns. */
  void add(Trial trial) throws IOException {
    append(TrialJson.write(trial));
    remember(trial);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
