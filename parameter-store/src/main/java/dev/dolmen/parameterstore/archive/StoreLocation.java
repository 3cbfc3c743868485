package dev.dolmen.parameterstore.archive;

import dev.dolmen.parameterstore.range.WholeRange;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where an object store is. What each text can be says its {@code …Problem}.
 *
 * @param location a folder, {@code s3://bucket/prefix}, or empty for none
 * @param endpoint address of what speaks S3, as {@code https://host:port}; empty for Amazon's
 * @param region the bucket's; empty only where an endpoint is named, or the store is a folder
 * @param pathStyle whether the bucket stands in the path and not in the host's name
 * @param timeoutMs milliseconds after which a call to the store is given up
 */
public record StoreLocation(
    String location, String endpoint, String region, boolean pathStyle, long timeoutMs) {
  public static final WholeRange TIMEOUT_MS = WholeRange.of(100, 3_600_000);

  /** No store. */
  public static final StoreLocation NONE = new StoreLocation("", "", "", false, 60_000);

  private static final String S3 = "s3://";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*");
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,64}");

  public StoreLocation {
    TIMEOUT_MS.check("snapshots.store.timeoutMs", timeoutMs);
  }

  /** Whether there is none. */
  public boolean isNone() {
    return location.isEmpty();
  }

  private boolean isS3() {
    return location.startsWith(S3);
  }

  /** What is wrong with the location, with what was expected; empty if nothing is. */
  public String locationProblem() {
    if (isNone()) {
      return "";
    }
    if (!isS3()) {
      return folderProblem();
    }
    if (!BUCKET.matcher(bucket()).matches()) {
      return "\""
          + location
          + "\": expected s3://BUCKET or s3://BUCKET/PREFIX, the bucket of 3 to 63 lower-case"
          + " letters, digits, '.' and '-'";
    }
    String prefix = location.substring(S3.length() + bucket().length());
    boolean fits = prefix.isEmpty() || prefix.equals("/") || PREFIX.matcher(trimmed()).matches();
    return fits
        ? ""
        : "\""
            + location
            + "\": expected a prefix of letters, digits, '-', '_', '.' and single '/' between them";
  }

  private String folderProblem() {
    if (SCHEME.matcher(location).matches()) {
      return "\"" + location + "\": expected a folder, or s3://BUCKET/PREFIX";
    }
    try {
      return Path.of(location).isAbsolute()
          ? ""
          : "\"" + location + "\": expected a folder with its whole path, or s3://BUCKET/PREFIX";
    } catch (InvalidPathException e) {
      return "\"" + location + "\": is no path: " + e.getReason();
    }
  }

  /** What is wrong with the endpoint; empty if nothing is. */
  public String endpointProblem() {
    if (endpoint.isEmpty()) {
      return "";
    }
    if (!isS3()) {
      return "\"" + endpoint + "\": means nothing to a store that is not s3://BUCKET/PREFIX";
    }
    try {
      URI uri = new URI(endpoint);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare = uri.getRawQuery() == null && uri.getRawFragment() == null;
      if (web && bare && uri.getHost() != null && uri.getRawUserInfo() == null) {
        return "";
      }
    } catch (URISyntaxException e) {
      return "\"" + endpoint + "\": is no address: " + e.getReason();
    }
    return "\"" + endpoint + "\": expected an address such as https://minio.example.com:9000";
  }

  /** What is wrong with the region; empty if nothing is. */
  public String regionProblem() {
    if (region.isEmpty()) {
      return isS3() && endpoint.isEmpty()
          ? "missing: expected the bucket's region, such as eu-central-1, or an endpoint"
          : "";
    }
    if (!isS3()) {
      return "\"" + region + "\": means nothing to a store that is not s3://BUCKET/PREFIX";
    }
    return REGION.matcher(region).matches()
        ? ""
        : "\"" + region + "\": expected a region such as eu-central-1";
  }

  /** The first of what is wrong; empty if nothing is. */
  public String problem() {
    return Stream.of(locationProblem(), endpointProblem(), regionProblem())
        .filter(problem -> !problem.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** The bucket's name. */
  String bucket() {
    String rest = location.substring(S3.length());
    int slash = rest.indexOf('/');
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  /** What all keys begin with: empty, or ending with '/'. */
  String prefix() {
    String trimmed = trimmed();
    return trimmed.isEmpty() ? "" : trimmed + "/";
  }

  private String trimmed() {
    String rest = location.substring(S3.length() + bucket().length());
    int from = rest.startsWith("/") ? 1 : 0;
    int to = rest.endsWith("/") && rest.length() > from ? rest.length() - 1 : rest.length();
    return rest.substring(from, to);
  }

  /**
   * Opens the store; it is not asked yet.
   *
   * @throws IllegalStateException if there is none, or a text is not as it should be
   */
  public ObjectStore open() {
    if (!problem().isEmpty()) {
      throw new IllegalStateException(problem());
    }
    if (isNone()) {
      throw new IllegalStateException("no store is named");
    }
    return isS3() ? new S3ObjectStore(this) : new FolderObjectStore(Path.of(location));
  }
}
