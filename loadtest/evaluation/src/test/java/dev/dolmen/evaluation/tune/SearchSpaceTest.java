package dev.dolmen.evaluation.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolmen.server.config.ConfigException;
import dev.dolmen.server.config.DolmenConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SearchSpaceTest {
  private static final String CONFIG =
      """
      # What nobody will miss.
      server: {port: 7171, host: "127.0.0.1"}
      data_directory: "a b: \\"c\\""
      schema:
        slots:
          - name: "the.id"
            kind: id
            ttl: 24h
          - name: brand
            kind: category
            segments:
              - {name: bias, dimension: 1, initial_std_dev: 0, optimizer: {kind: sgd}}
              - {name: vector, dimension: 31}
      model:
        width: 96
        heads: 3
        optimizer:
          epsilon: 1.0E-8
      training:
      """;

  private static TunableConfig config(Map<String, String> environment) throws ConfigException {
    DolmenConfig base = DolmenConfig.parse("test", CONFIG, Map.of());
    return new TunableConfig(ConfigText.of(CONFIG), base, SearchSpace.of(base, false), environment);
  }

  @Test
  void aConfigurationThatIsWrittenAgainSaysTheSame() throws Exception {
    DolmenConfig before = DolmenConfig.parse("test", CONFIG, Map.of());
    String text = ConfigText.of(CONFIG).text(Map.of());
    assertThat(DolmenConfig.parse("again", text, Map.of())).isEqualTo(before);
    String sample = ConfigText.of(DolmenConfig.sample()).text(Map.of());
    assertThat(DolmenConfig.parse("sample", sample, Map.of()))
        .isEqualTo(DolmenConfig.parse("sample", DolmenConfig.sample(), Map.of()));
  }

  @Test
  void everyKeyThatIsSetIsReadBack() throws Exception {
    TunableConfig config = config(Map.of());
    Map<String, Set<String>> seen = new HashMap<>();
    for (Map<String, String> settings : config.candidates(100, 7)) {
      DolmenConfig changed = config.with(settings);
      Map<String, String> expected = new LinkedHashMap<>();
      for (String key : config.space().keys()) {
        String value = settings.getOrDefault(key, config.start(key));
        expected.put(key, key.equals(SearchSpace.PASSES) ? "1" : value);
        seen.computeIfAbsent(key, k -> new HashSet<>()).add(value);
      }
      assertThat(config.space().values(changed)).isEqualTo(expected);
    }
    assertThat(seen).allSatisfy((key, values) -> assertThat(values).hasSizeGreaterThan(1));
    assertThat(seen).containsKey("schema.slots.the.id.optimizer.learning_rate");
  }

  @Test
  void settingsAreAFunctionOfTheSeedAndNoneComesTwice() throws Exception {
    List<Map<String, String>> few = config(Map.of()).candidates(20, 1);
    List<Map<String, String>> more = config(Map.of()).candidates(40, 1);
    assertThat(few).hasSize(20).doesNotHaveDuplicates().isEqualTo(more.subList(0, 20));
    assertThat(few.getFirst()).isEmpty();
    assertThat(config(Map.of()).candidates(20, 2)).isNotEqualTo(few);
    // Three heads go with a width of 96 alone.
    for (Map<String, String> settings : more) {
      if (settings.containsKey("model.width") && !settings.containsKey("model.heads")) {
        assertThat(settings).containsEntry("model.width", "96");
      }
    }
  }

  @Test
  void aSmallSpaceHasNoMoreSettingsThanThereAre() throws Exception {
    DolmenConfig base = DolmenConfig.parse("test", CONFIG, Map.of());
    SearchSpace pooling = SearchSpace.of(base, false).only(List.of("model.pooling"));
    assertThat(new TunableConfig(ConfigText.of(CONFIG), base, pooling, Map.of()).candidates(9, 1))
        .containsExactly(Map.of(), Map.of("model.pooling", "attention"));
    assertThat(SearchSpace.of(base, true).keys()).doesNotContain(SearchSpace.PASSES);
    assertThatThrownBy(() -> pooling.parameter("model.width")).hasMessageContaining("model.width");
  }

  @Test
  void theHelpNamesEveryKeyWithItsValues() throws Exception {
    String help = new CommandLine(new TuneCommand()).getUsageMessage().replaceAll("\\s+", " ");
    for (Parameter parameter : config(Map.of()).space().parameters()) {
      String key = parameter.key().replace("the.id", "ID");
      assertThat(help).contains(key + " " + parameter.domain().describe());
    }
  }

  @Test
  void aVariableThatOverridesWhatIsSearchedIsFound() throws Exception {
    assertThat(config(Map.of("DOLMEN_SERVER_PORT", "1")).overriding()).isNull();
    assertThat(config(Map.of("DOLMEN_MODEL_OPTIMIZER_LEARNING_RATE", "1")).overriding())
        .isEqualTo("DOLMEN_MODEL_OPTIMIZER_LEARNING_RATE");
  }
}
