package dev.dolmen.server;

import static dev.dolmen.server.HttpClientCalls.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolmen.server.config.DolmenConfig;
import dev.dolmen.v1.ChangedKey;
import dev.dolmen.v1.GetConfigRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running server says of its configuration, over real sockets. */
class ChangedConfigTest {
  @Test
  void operatorsAreToldWhereItDiffersFromTheDefaults(@TempDir Path directory) throws Exception {
    Path data = directory.resolve("not-to-be-shown");
    DolmenConfig read =
        DolmenConfig.parse(
            "f.yaml",
            """
            data_directory: %s
            server: {metrics: false, limits: {max_k: 77}}
            schema:
              slots:
                - {name: item_id, kind: id}
            """
                .formatted(data),
            Map.of("DOLMEN_TRAINING_NEWNESS", "0.125"));
    DolmenConfig local =
        read.withServer(
            read.server().withPorts(0, 0).with(s -> s.host("127.0.0.1").warmUp(Duration.ZERO)));
    try (TestServer server = new TestServer(local);
        HttpClientCalls http = new HttpClientCalls(server.running().httpPort())) {
      JsonNode answer = good(http.get("/v1/config"));
      assertThat(answer.get("changed")).hasSize(4);
      assertThat(answer.at("/changed/0/key").asText()).isEqualTo("server.metrics");
      assertThat(answer.at("/changed/0/value").asText()).isEqualTo("false");
      assertThat(answer.at("/changed/0/default_value").asText()).isEqualTo("true");
      assertThat(answer.toString()).doesNotContain("not-to-be-shown");
      assertThat(server.admin().getConfig(GetConfigRequest.getDefaultInstance()).getChangedList())
          .extracting(ChangedKey::getKey, ChangedKey::getValue)
          .containsExactly(
              tuple("server.metrics", "false"),
              tuple("server.limits.max_k", "77"),
              tuple("data_directory", ""),
              tuple("training.newness", "0.125"));
    }
  }

  @Test
  void nothingDiffersWhereNothingWasSaid(@TempDir Path directory) throws Exception {
    try (TestServer server = new TestServer(directory)) {
      assertThat(server.admin().getConfig(GetConfigRequest.getDefaultInstance()).getChangedList())
          .isEmpty();
    }
  }
}
