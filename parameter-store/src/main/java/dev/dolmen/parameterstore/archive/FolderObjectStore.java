package dev.dolmen.parameterstore.archive;

import static java.util.Objects.requireNonNull;

import dev.dolmen.parameterstore.file.DirectoryEntries;
import dev.dolmen.parameterstore.file.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Objects as files of a folder, which may be mounted from elsewhere. A file is written beside its
 * name and renamed; what a process that died has left is listed as any other object is.
 */
final class FolderObjectStore implements ObjectStore {
  private final Path folder;

  FolderObjectStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    Path target = path(key);
    Path directory = requireNonNull(target.getParent(), "a file in a folder");
    PrivateFiles.createDirectories(directory);
    Path unfinished = target.resolveSibling(target.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    try (FileChannel channel =
        PrivateFiles.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
    Files.move(
        unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DirectoryEntries.force(directory);
  }

  @Override
  public byte[] get(String key, int bytesMax) throws IOException {
    Path file = path(key);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(bytesMax);
      if (in.read() >= 0) {
        throw new IOException(file + ": more than the expected " + bytesMax + " bytes");
      }
      return bytes;
    }
  }

  @Override
  public List<StoredObject> list(String prefix) throws IOException {
    if (!Files.isDirectory(folder)) {
      // A mount that is away is no empty store.
      throw new NoSuchFileException(folder.toString(), null, "there is no such folder");
    }
    List<StoredObject> objects = new ArrayList<>();
    Path directory = path(prefix);
    if (Files.isDirectory(directory)) {
      add(prefix, directory, objects);
    }
    objects.sort(Comparator.comparing(StoredObject::key));
    return objects;
  }

  private static void add(String prefix, Path directory, List<StoredObject> objects)
      throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        BasicFileAttributes attributes;
        try {
          attributes =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
          continue; // Renamed or deleted meanwhile.
        }
        if (attributes.isRegularFile()) {
          objects.add(
              new StoredObject(
                  prefix + file.getFileName(),
                  attributes.size(),
                  attributes.lastModifiedTime().toInstant()));
        }
      }
    }
  }

  @Override
  public void delete(String key) throws IOException {
    Files.deleteIfExists(path(key));
  }

  private Path path(String key) {
    return folder.resolve(key);
  }

  @Override
  public String location() {
    return folder.toString();
  }

  @Override
  public void close() {}
}
