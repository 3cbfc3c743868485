package dev.dolmen.parameterstore.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreLocationTest {
  private static StoreLocation of(String location, String endpoint, String region) {
    return new StoreLocation(location, endpoint, region, false, 1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', ''",
    "/var/snapshots, '', ''",
    "s3://shop, '', eu-central-1",
    "s3://shop/, '', eu-central-1",
    "s3://shop/a/b-c_d.e/, http://localhost:9000, ''",
    "s3://shop/a, https://minio.example.com, eu-central-1"
  })
  void whatIsAsItShouldBe(String location, String endpoint, String region) {
    StoreLocation where = of(location, endpoint, region);
    assertThat(where.locationProblem() + where.endpointProblem() + where.regionProblem()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "snapshots, whole path",
    "gs://shop/a, expected a folder",
    "s3://, bucket of 3",
    "s3:///a, bucket of 3",
    "s3://Shop/a, bucket of 3",
    "s3://ab, bucket of 3",
    "s3://shop/a//b, single '/'",
    "s3://shop//, single '/'",
    "s3://shop/a b, a prefix of letters"
  })
  void aLocationThatIsNot(String location, String problem) {
    assertThat(of(location, "http://localhost", "").locationProblem())
        .contains(location)
        .contains(problem);
    assertThatThrownBy(() -> of(location, "http://localhost", "").open())
        .hasMessageContaining(problem);
  }

  @Test
  void endpointAndRegion() {
    assertThat(of("s3://shop", "localhost:9000", "").endpointProblem()).contains("localhost:9000");
    assertThat(of("s3://shop", "ftp://x", "").endpointProblem()).contains("an address such as");
    assertThat(of("s3://shop", "http://u:p@x", "").endpointProblem()).contains("an address");
    assertThat(of("/folder", "http://x", "").endpointProblem()).contains("means nothing");
    assertThat(of("s3://shop", "", "").regionProblem()).contains("missing");
    assertThat(of("s3://shop", "", "Europe!").regionProblem()).contains("Europe!");
    assertThat(of("/folder", "", "eu-central-1").regionProblem()).contains("means nothing");
    assertThatThrownBy(() -> StoreLocation.NONE.open()).hasMessageContaining("no store");
  }

  @Test
  void bucketAndPrefix() {
    assertThat(of("s3://shop/a/b/", "", "").prefix()).isEqualTo("a/b/");
    assertThat(of("s3://shop/a", "", "").bucket()).isEqualTo("shop");
    assertThat(of("s3://shop/", "", "").prefix()).isEmpty();
    assertThat(of("s3://shop", "", "").prefix()).isEmpty();
  }
}
