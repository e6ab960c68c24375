import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.ByteArrayOutputStream;
import java.util.Map;

/** What fabric8 makes of a no and of a wait. */
final class Fabric8Answers {
  private Fabric8Answers() {}

  static void all(String namespace, String who) throws Exception {
    KubernetesClient client = new KubernetesClientBuilder().build();
    var maps = client.configMaps().inNamespace(namespace);
    Answers.all(Map.of(
        "get", () -> client.services().inNamespace(namespace).withName("closed").get(),
        "watch", () -> client.services().inNamespace(namespace).watch(new Watcher<Service>() {
          @Override
          public void eventReceived(Action action, Service service) {}

          @Override
          public void onClose(WatcherException cause) {}
        }).close(),
        "create", () -> maps.resource(new ConfigMapBuilder().withNewMetadata().withName(who + "-new").endMetadata().build()).create(),
        "delete", () -> maps.withName(who + "-there").delete(),
        "exec", () -> exec(client, namespace)));
  }

  private static void exec(KubernetesClient client, String namespace) throws Exception {
    var pod = client.pods().inNamespace(namespace).withName("ticks").writingOutput(new ByteArrayOutputStream());
    try (var exec = pod.exec("echo", "done")) {
      exec.exitCode().get();
    }
  }
}
