import com.google.gson.reflect.TypeToken;
import io.kubernetes.client.Copy;
import io.kubernetes.client.Exec;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.VersionApi;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What people write on the official Java client. Each subcommand prints what came of it in a way that a second run prints again. */
final class Official {
  private Official() {}

  static ApiClient client() throws Exception {
    ApiClient client = Config.defaultClient();
    client.setHttpClient(client.getHttpClient().newBuilder().connectTimeout(Duration.ofMinutes(1)).readTimeout(Duration.ZERO).build());
    return client;
  }

  private static V1ConfigMap configMap(String name) {
    return new V1ConfigMap().metadata(new V1ObjectMeta().name(name).labels(Map.of("made-by", name))).putDataItem("a", "1");
  }

  static void objects(String namespace) throws Exception {
    ApiClient client = client();
    CoreV1Api core = new CoreV1Api(client);
    var version = new VersionApi(client).getCode().execute();
    System.out.println("server " + version.getMajor() + "." + version.getMinor());
    V1ConfigMap made = core.createNamespacedConfigMap(namespace, configMap("java")).fieldManager("test").execute();
    System.out.println("created " + made.getData());
    System.out.println("replaced " + core.replaceNamespacedConfigMap("java", namespace, made.putDataItem("b", "2")).execute().getData());
    System.out.println("stale " + failure(() -> core.replaceNamespacedConfigMap("java", namespace, made.putDataItem("c", "3")).execute()));
    var generic = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    for (var patch : List.of(
        Map.entry(V1Patch.PATCH_FORMAT_JSON_PATCH, "[{\"op\":\"remove\",\"path\":\"/data/b\"}]"),
        Map.entry(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"data\":{\"c\":\"3\"}}"),
        Map.entry(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, "{\"data\":{\"d\":\"4\"}}"))) {
      System.out.println(patch.getKey() + " " + generic.patch(namespace, "java", patch.getKey(), new V1Patch(patch.getValue())).throwsApiException().getObject().getData());
    }
    var page = core.listNamespacedConfigMap(namespace).labelSelector("made-by=java").limit(1).execute();
    System.out.println("listed " + page.getItems().stream().map(map -> map.getMetadata().getName()).toList());
    System.out.println("deleted " + core.deleteNamespacedConfigMap("java", namespace).execute().getStatus());
    System.out.println("left " + generic.get(namespace, "java").isSuccess());
  }

  static void watch(String namespace) throws Exception {
    ApiClient client = client();
    CoreV1Api core = new CoreV1Api(client);
    String from = core.listNamespacedConfigMap(namespace).execute().getMetadata().getResourceVersion();
    core.createNamespacedConfigMap(namespace, configMap("java-watch")).execute();
    core.deleteNamespacedConfigMap("java-watch", namespace).execute();
    var call = core.listNamespacedConfigMap(namespace).labelSelector("made-by=java-watch").resourceVersion(from).watch(true).buildCall(null);
    try (Watch<V1ConfigMap> watch = Watch.createWatch(client, call, new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
      for (var event : watch) {
        System.out.println(event.type + " " + event.object.getMetadata().getName());
        if (event.type.equals("DELETED")) break;
      }
    }
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    core.createNamespacedConfigMap(namespace, configMap("java-informer")).execute();
    var generic = new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    SharedInformerFactory factory = new SharedInformerFactory(client);
    factory.sharedIndexInformerFor(generic, V1ConfigMap.class, 0, namespace).addEventHandler(new ResourceEventHandler<>() {
      @Override
      public void onAdd(V1ConfigMap map) {
        tell("added", map);
      }

      @Override
      public void onUpdate(V1ConfigMap before, V1ConfigMap after) {
        tell("updated", after);
      }

      @Override
      public void onDelete(V1ConfigMap map, boolean isUnknown) {
        tell("deleted", map);
      }

      private void tell(String word, V1ConfigMap map) {
        if (map.getMetadata().getName().equals("java-informer")) told.add(word + " " + map.getData());
      }
    });
    factory.startAllRegisteredInformers();
    System.out.println(next(told));
    core.replaceNamespacedConfigMap("java-informer", namespace, configMap("java-informer").putDataItem("b", "2")).execute();
    System.out.println(next(told));
    core.deleteNamespacedConfigMap("java-informer", namespace).execute();
    System.out.println(next(told));
    factory.stopAllRegisteredInformers();
  }

  static void streams(String namespace) throws Exception {
    ApiClient client = client();
    Process process = new Exec(client).exec(namespace, "web", new String[] {"sh", "-c", "echo out; echo err >&2; exit 3"}, false, false);
    InputStream out = process.getInputStream();
    InputStream err = process.getErrorStream(); // asked for before the end: it throws afterwards
    System.out.println("exec " + process.waitFor() + " " + text(out) + " " + text(err));
    System.out.println("log " + new CoreV1Api(client).readNamespacedPodLog("lines", namespace).tailLines(2).execute().lines().toList());
    try (InputStream copied = new Copy(client).copyFileFromPod(namespace, "web", "web", "/tmp/index.html")) {
      System.out.println("copied " + text(copied));
    }
    var forward = new PortForward(client).forward(namespace, "web", List.of(8080));
    forward.getOutboundStream(8080).write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
    System.out.println("forwarded " + text(forward.getInputStream(8080)).lines().reduce((first, last) -> last));
  }

  static void errors(String namespace) throws Exception {
    CoreV1Api core = new CoreV1Api(client());
    System.out.println("missing " + failure(() -> core.readNamespacedConfigMap("missing", namespace).execute()));
    System.out.println("name " + failure(() -> core.createNamespacedConfigMap(namespace, configMap("Not_A_Name")).execute()));
    System.out.println("delete " + failure(() -> core.deleteNamespacedConfigMap("missing", namespace).execute()));
  }

  private interface Act {
    void run() throws ApiException;
  }

  private static String failure(Act act) {
    try {
      act.run();
      return "nothing";
    } catch (ApiException error) {
      return error.getCode() + " " + error.getResponseBody();
    }
  }

  private static String text(InputStream stream) throws Exception {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8).trim();
  }

  private static String next(BlockingQueue<String> told) throws InterruptedException {
    return told.poll(150, TimeUnit.SECONDS);
  }
}
