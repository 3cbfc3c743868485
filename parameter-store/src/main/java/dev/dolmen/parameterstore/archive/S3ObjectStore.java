package dev.dolmen.parameterstore.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in a bucket of Amazon's S3, or of what speaks its protocol. Credentials come from where
 * Amazon's clients look for them: the environment, system properties, the shared files, the
 * container's or the machine's role.
 */
final class S3ObjectStore implements ObjectStore {
  /** Where a region says nothing, as an endpoint is named, a signature still has one in it. */
  private static final String ANY_REGION = "us-east-1";

  private static final long CONNECT_MS_MAX = 10_000;

  /** A connection that was kept may have been closed meanwhile; all within the timeout. */
  private static final int ATTEMPTS = 3;

  private final S3Client client;
  private final String bucket;
  private final String prefix;

  S3ObjectStore(StoreLocation where) {
    bucket = where.bucket();
    prefix = where.prefix();
    Duration timeout = Duration.ofMillis(where.timeoutMs());
    Duration connect = Duration.ofMillis(Math.min(CONNECT_MS_MAX, where.timeoutMs()));
    S3ClientBuilder builder =
        S3Client.builder()
            .region(Region.of(where.region().isEmpty() ? ANY_REGION : where.region()))
            .forcePathStyle(where.pathStyle())
            // What others make of S3 does not know Amazon's newer checksums; ours are in the
            // manifest.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(connect).socketTimeout(timeout))
            .overrideConfiguration(o ->
                o.retryStrategy(r -> r.maxAttempts(ATTEMPTS))
                    .apiCallTimeout(timeout)
                    .apiCallAttemptTimeout(timeout));
    if (!where.endpoint().isEmpty()) {
      builder.endpointOverride(URI.create(where.endpoint()));
    }
    client = builder.build();
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    var _ =
        call(
            key,
            () ->
                client.putObject(
                    r -> r.bucket(bucket).key(prefix + key), RequestBody.fromBytes(bytes)));
  }

  @Override
  public byte[] get(String key, int bytesMax) throws IOException {
    return call(
        key,
        () -> {
          try (InputStream in = client.getObject(r -> r.bucket(bucket).key(prefix + key))) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (in.read() >= 0) {
              throw new IOException("more than the expected " + bytesMax + " bytes");
            }
            return bytes;
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          }
        });
  }

  @Override
  public List<StoredObject> list(String keyPrefix) throws IOException {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder().bucket(bucket).prefix(prefix + keyPrefix).build();
    return call(
        keyPrefix,
        () -> {
          List<StoredObject> objects = new ArrayList<>();
          for (S3Object object : client.listObjectsV2Paginator(request).contents()) {
            String key = object.key().substring(prefix.length());
            objects.add(new StoredObject(key, object.size(), object.lastModified()));
          }
          objects.sort(Comparator.comparing(StoredObject::key));
          return objects;
        });
  }

  @Override
  public void delete(String key) throws IOException {
    var _ = call(key, () -> client.deleteObject(r -> r.bucket(bucket).key(prefix + key)));
  }

  private <T> T call(String key, Supplier<T> what) throws IOException {
    try {
      return what.get();
    } catch (NoSuchKeyException e) {
      NoSuchFileException missing = new NoSuchFileException(name(key));
      missing.initCause(e);
      throw missing;
    } catch (SdkException e) {
      throw new IOException(name(key) + ": " + firstLine(e), e);
    } catch (UncheckedIOException e) {
      throw new IOException(name(key) + ": " + e.getMessage(), e);
    }
  }

  private static String firstLine(SdkException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private String name(String key) {
    return "s3://" + bucket + "/" + prefix + key;
  }

  @Override
  public String location() {
    return name("");
  }

  @Override
  public void close() {
    client.close();
  }
}
