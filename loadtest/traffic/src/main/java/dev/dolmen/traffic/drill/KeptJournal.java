package dev.dolmen.traffic.drill;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of a journal that a server deletes, by linking each soon after it has appeared.
 * No snapshot needs these, but a run that never stopped has to know every batch; where the clock
 * jumps, the journal begins a file each time.
 */
final class KeptJournal implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptJournal.class);

  /** A file is deleted when a snapshot has been taken behind it, a second later at the soonest. */
  private static final long LOOK_MS = 20;

  private final Path journal;
  private final Path kept;
  private final Thread thread = Thread.ofVirtual().unstarted(this::run);

  /**
   * Begins to look.
   *
   * @param journal which may not be there yet
   * @param kept on the same disk, made here
   */
  KeptJournal(Path journal, Path kept) throws IOException {
    this.journal = journal;
    this.kept = Files.createDirectories(kept);
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        link();
        Thread.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("{} is not kept", journal, e);
    }
  }

  private void link() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(journal)) {
      for (Path file : files) {
        link(file, kept.resolve(file.getFileName()));
      }
    } catch (NoSuchFileException e) {
      return; // Not there yet.
    }
  }

  private static void link(Path file, Path link) throws IOException {
    if (Files.isRegularFile(file)) {
      try {
        Files.createLink(link, file);
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        return; // Linked before, or gone just now.
      }
    }
  }

  /** Puts the files that a copy of the journal lacks into it. */
  void addTo(Path copy) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(kept)) {
      for (Path file : files) {
        link(file, copy.resolve(file.getFileName()));
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
