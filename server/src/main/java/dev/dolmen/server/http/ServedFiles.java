package dev.dolmen.server.http;

import com.google.common.hash.Hashing;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files that anybody may have, kept in memory as they are and compressed. They are found by exact
 * names of a list, so that no path leads anywhere else. A browser keeps them and asks each time
 * whether they have changed, which its tag of the contents tells. Immutable; any thread.
 */
public final class ServedFiles {
  private static final String INDEX = "index.html";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private final String folder;

  /** Paths that a slash is missing at the end of. */
  private final Set<String> folders;

  private final Map<String, Served> files;
  private final Map<String, String> headers;

  private ServedFiles(
      String folder, Set<String> folders, Map<String, Served> files, Map<String, String> headers) {
    this.folder = folder;
    this.folders = Set.copyOf(folders);
    this.files = Map.copyOf(files);
    this.headers = headers;
  }

  /** One file. */
  private record Served(HttpReply plain, HttpReply gzipped, String tag) {}

  /** Nothing is served. */
  public static ServedFiles none() {
    return new ServedFiles("", Set.of(), Map.of(), Map.of());
  }

  /**
   * Files of one folder, whose index.html stands for the folder, and for the root.
   *
   * @param folder the first segment of their paths
   * @param files contents by path in the folder
   * @param pages files that stand for further folders, by the first segment of these
   * @param headers of each of them
   * @throws IllegalArgumentException if a file is of a type that is not known here, or a page is
   *     none of the files
   */
  public static ServedFiles of(
      String folder,
      Map<String, byte[]> files,
      Map<String, String> pages,
      Map<String, String> headers) {
    Map<String, Served> served = new LinkedHashMap<>();
    files.forEach((name, bytes) -> {
      Served file = served(name, bytes, headers);
      served.put(folder + "/" + name, file);
      if (name.equals(INDEX)) {
        served.put(folder + "/", file);
      }
    });
    Set<String> folders = new HashSet<>(pages.keySet());
    folders.add(folder);
    pages.forEach((page, name) -> {
      Served file = served.get(folder + "/" + name);
      if (file == null) {
        throw new IllegalArgumentException(name + ": expected one of " + files.keySet());
      }
      served.put(page + "/", file);
    });
    return new ServedFiles(folder, folders, served, headers);
  }

  private static Served served(String name, byte[] bytes, Map<String, String> headers) {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw new IllegalArgumentException(name + ": expected one of " + TYPES.keySet());
    }
    // Weak, as it is the same whether the answer is compressed or not.
    String tag = "W/\"" + Hashing.sha256().hashBytes(bytes).toString().substring(0, 32) + '"';
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("content-type", type);
    all.put("cache-control", "no-cache");
    all.put("etag", tag);
    all.put("vary", "accept-encoding");
    HttpReply plain = new HttpReply(HttpResponseStatus.OK, bytes, Map.copyOf(all));
    return new Served(plain, plain.gzipped(), tag);
  }

  /**
   * The answer to a request for a file.
   *
   * @param segments of its path, not decoded
   * @return null if the path is none of these files'
   */
  @Nullable HttpReply look(HttpRequest request, List<String> segments) {
    if (files.isEmpty()) {
      return null;
    }
    String path = String.join("/", segments);
    if (path.isEmpty() || folders.contains(path)) {
      return gets(request) ? moved(path.isEmpty() ? folder : path) : otherMethod(request, path);
    }
    Served file = files.get(path);
    if (file == null) {
      return null;
    }
    if (!gets(request)) {
      return otherMethod(request, path);
    }
    String known = request.headers().get(HttpHeaderNames.IF_NONE_MATCH, "");
    if (has(known, file.tag())) {
      return new HttpReply(HttpResponseStatus.NOT_MODIFIED, new byte[0], notModified(file));
    }
    String accepted = request.headers().get(HttpHeaderNames.ACCEPT_ENCODING, "");
    return HttpChecks.takesGzip(accepted) ? file.gzipped() : file.plain();
  }

  private static boolean gets(HttpRequest request) {
    String verb = request.method().name();
    return verb.equals("GET") || verb.equals("HEAD");
  }

  private static HttpReply otherMethod(HttpRequest request, String path) {
    return HttpReply.failure(
        HttpFailure.otherMethod(request.method().name(), '/' + path, List.of("GET", "HEAD")));
  }

  private HttpReply moved(String place) {
    Map<String, String> to = new LinkedHashMap<>(headers);
    to.put("location", "/" + place + "/");
    return new HttpReply(HttpResponseStatus.TEMPORARY_REDIRECT, new byte[0], to);
  }

  private static Map<String, String> notModified(Served file) {
    Map<String, String> kept = new LinkedHashMap<>(file.plain().headers());
    kept.remove("content-type");
    return kept;
  }

  private static boolean has(String known, String tag) {
    for (String one : known.split(",", 33)) {
      String plain = one.strip();
      if (plain.equals("*") || plain.equals(tag) || plain.equals(tag.substring(2))) {
        return true;
      }
    }
    return false;
  }
}
