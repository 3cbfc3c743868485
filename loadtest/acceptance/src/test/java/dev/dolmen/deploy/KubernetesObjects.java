package dev.dolmen.deploy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.deser.BeanDeserializerBuilder;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Kubernetes objects read as the API server's strictest client would: a key that the kind does not
 * have, a key given twice or a value of the wrong type is an error.
 */
record KubernetesObjects(List<HasMetadata> all) {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1 ConfigMap", ConfigMap.class,
          "v1 Service", Service.class,
          "v1 ServiceAccount", ServiceAccount.class,
          "apps/v1 Deployment", Deployment.class,
          "apps/v1 StatefulSet", StatefulSet.class,
          "autoscaling/v2 HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
          "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
          "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
          "scheduling.k8s.io/v1 PriorityClass", PriorityClass.class);

  /** Of Prometheus' operator, whose model is not here. */
  private static final String UNTYPED = "monitoring.coreos.com/v1 ";

  private static final ObjectMapper STRICT =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .addModule(new SimpleModule().setDeserializerModifier(new NoOtherKeys()))
          .build();

  /**
   * Reads a stream of YAML documents; those of Prometheus' operator are left out.
   *
   * @throws tools.jackson.core.JacksonException naming line and key of what the kind does not know
   * @throws IllegalArgumentException for a kind that is not expected here
   */
  static KubernetesObjects parse(String yaml) {
    List<HasMetadata> objects = new ArrayList<>();
    for (String document : yaml.split("(?m)^---\\s*$", -1)) {
      JsonNode tree = STRICT.readTree(document);
      if (tree.isMissingNode() || tree.isNull()) {
        continue;
      }
      String kind = tree.path("apiVersion").asString() + " " + tree.path("kind").asString();
      if (kind.startsWith(UNTYPED)) {
        continue;
      }
      Class<? extends HasMetadata> type = KINDS.get(kind);
      if (type == null) {
        throw new IllegalArgumentException("kind \"" + kind + "\", expected one of " + KINDS);
      }
      objects.add(STRICT.readValue(document, type));
    }
    return new KubernetesObjects(List.copyOf(objects));
  }

  /** All objects of a kind. */
  <T extends HasMetadata> List<T> of(Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The one object of a kind. */
  <T extends HasMetadata> T one(Class<T> kind) {
    List<T> found = of(kind);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " objects of " + kind + ", expected 1");
    }
    return found.getFirst();
  }

  /** The model's classes keep unknown keys in a map of their own; without it they are refused. */
  private static final class NoOtherKeys extends ValueDeserializerModifier {
    private static final long serialVersionUID = 1;

    @Override
    public BeanDeserializerBuilder updateBuilder(
        DeserializationConfig config,
        BeanDescription.Supplier description,
        BeanDeserializerBuilder builder) {
      builder.setAnySetter(null);
      return builder;
    }
  }
}
