import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.util.List;
import java.util.Map;

/** What the official Java client makes of the end of each stream. */
final class OfficialEnds {
  private OfficialEnds() {}

  static void all(String namespace) throws Exception {
    ApiClient client = Official.client();
    Ends.all(Map.of(
        "exec", kind -> exec(client, namespace, kind),
        "log", kind -> log(client, namespace, kind),
        "watch", kind -> watch(client, namespace, kind),
        "informer", kind -> informer(client, namespace, kind),
        "forward", kind -> forward(client, namespace, kind)));
  }

  private static void exec(ApiClient client, String namespace, String kind) throws Exception {
    Process process = new Exec(client).exec(namespace, "ticks", Ends.TICKS, false, false);
    Ends.drain(kind, process.getInputStream());
    Ends.say(kind, "the output ends, waitFor returns " + process.waitFor());
  }

  private static void log(ApiClient client, String namespace, String kind) throws Exception {
    Ends.drain(kind, new PodLogs(client).streamNamespacedPodLog(namespace, "ticks", "ticks"));
    Ends.say(kind, "the stream ends as a log does");
  }

  private static void watch(ApiClient client, String namespace, String kind) throws Exception {
    var call = new CoreV1Api(client).listNamespacedConfigMap(namespace).labelSelector("watched=yes").watch(true).buildCall(null);
    try (Watch<V1ConfigMap> watch = Watch.createWatch(client, call, new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
      for (var event : watch) {
        Ends.say(kind, event.status == null ? "told " + event.object.getMetadata().getName() : "told ERROR " + event.status.getCode() + ": " + event.status.getMessage());
      }
    }
    Ends.say(kind, "the watch ends");
  }

  private static void informer(ApiClient client, String namespace, String kind) throws Exception {
    var api = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    SharedInformerFactory factory = new SharedInformerFactory(client);
    factory.sharedIndexInformerFor(api, V1ConfigMap.class, 0, namespace).addEventHandler(new ResourceEventHandler<>() {
      @Override
      public void onAdd(V1ConfigMap map) {
        if (map.getMetadata().getLabels() != null && "yes".equals(map.getMetadata().getLabels().get("watched"))) Ends.say(kind, "told " + map.getMetadata().getName());
      }

      @Override
      public void onUpdate(V1ConfigMap before, V1ConfigMap after) {}

      @Override
      public void onDelete(V1ConfigMap map, boolean isUnknown) {}
    });
    factory.startAllRegisteredInformers();
    Thread.currentThread().join();
  }

  private static void forward(ApiClient client, String namespace, String kind) throws Exception {
    var forward = new PortForward(client).forward(namespace, "ticks", List.of(7777));
    Ends.drain(kind, forward.getInputStream(7777));
    Ends.say(kind, "the connection ends");
  }
}
