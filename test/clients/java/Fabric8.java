import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What people write on fabric8. Each subcommand prints what came of it in a way that a second run prints again. */
final class Fabric8 {
  private Fabric8() {}

  private static KubernetesClient client(boolean overWebSocket) {
    Config config = new ConfigBuilder(Config.autoConfigure(null)).withOnlyHttpWatches(!overWebSocket).withConnectionTimeout(60_000).withRequestTimeout(60_000).build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static ConfigMap configMap(String name) {
    return new ConfigMapBuilder().withNewMetadata().withName(name).addToLabels("made-by", name).endMetadata().addToData("a", "1").build();
  }

  static void objects(String namespace) {
    try (KubernetesClient client = client(false)) {
      System.out.println("server " + client.getKubernetesVersion().getMajor() + "." + client.getKubernetesVersion().getMinor());
      var maps = client.configMaps().inNamespace(namespace);
      System.out.println("created " + maps.resource(configMap("fabric8")).create().getData());
      var one = maps.withName("fabric8");
      System.out.println("edited " + one.edit(map -> new ConfigMapBuilder(map).addToData("b", "2").build()).getData());
      System.out.println("merged " + one.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"c\":\"3\"}}").getData());
      System.out.println("strategic " + one.patch(PatchContext.of(PatchType.STRATEGIC_MERGE), "{\"data\":{\"d\":\"4\"}}").getData());
      ConfigMap applied = new ConfigMapBuilder().withNewMetadata().withName("fabric8").endMetadata().addToData("applied", "5").build();
      System.out.println("applied " + maps.resource(applied).fieldManager("fabric8").forceConflicts().serverSideApply().getData());
      ConfigMap stale = new ConfigMapBuilder(applied).editMetadata().withResourceVersion("1").endMetadata().build();
      System.out.println("stale " + failure(() -> maps.resource(stale).update()));
      System.out.println("listed " + maps.withLabel("made-by", "fabric8").list().getItems().stream().map(map -> map.getMetadata().getName()).toList());
      System.out.println("generic " + client.genericKubernetesResources("v1", "ConfigMap").inNamespace(namespace).withName("fabric8").get().getMetadata().getLabels());
      System.out.println("scale " + client.apps().deployments().inNamespace(namespace).withName("app").scale().getSpec());
      System.out.println("deleted " + one.delete().stream().map(status -> status.getKind() + " " + status.getName()).toList());
      System.out.println("left " + one.get());
    }
  }

  /** A plain watch, and an informer; both hear of one object's life. */
  static void watch(String namespace, boolean overWebSocket) throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    String name = overWebSocket ? "fabric8-websocket" : "fabric8-http";
    try (KubernetesClient client = client(overWebSocket)) {
      var chosen = client.configMaps().inNamespace(namespace).withLabel("made-by", name);
      var one = client.configMaps().inNamespace(namespace).withName(name);
      Watcher<ConfigMap> watcher = new Watcher<>() {
        @Override
        public void eventReceived(Action action, ConfigMap map) {
          told.add(action + " " + map.getMetadata().getName() + " " + map.getData());
        }

        @Override
        public void onClose(WatcherException cause) {
          told.add("closed " + cause.getMessage());
        }

        @Override
        public void onClose() {
          told.add("closed");
        }
      };
      try (Watch watch = chosen.watch(watcher)) {
        client.configMaps().inNamespace(namespace).resource(configMap(name)).create();
        System.out.println(next(told));
        one.edit(map -> new ConfigMapBuilder(map).addToData("b", "2").build());
        System.out.println(next(told));
        one.delete();
        System.out.println(next(told));
      }
      System.out.println(next(told));
      client.configMaps().inNamespace(namespace).resource(configMap(name)).create();
      ResourceEventHandler<ConfigMap> handler = new ResourceEventHandler<>() {
        @Override
        public void onAdd(ConfigMap map) {
          told.add("added " + map.getData());
        }

        @Override
        public void onUpdate(ConfigMap before, ConfigMap after) {
          told.add("updated " + before.getData() + " " + after.getData());
        }

        @Override
        public void onDelete(ConfigMap map, boolean isUnknown) {
          told.add("deleted " + map.getData() + " " + isUnknown);
        }
      };
      try (SharedIndexInformer<ConfigMap> informer = chosen.inform(handler)) {
        System.out.println(next(told) + " " + informer.hasSynced());
        one.edit(map -> new ConfigMapBuilder(map).addToData("b", "2").build());
        System.out.println(next(told));
        one.delete();
        System.out.println(next(told));
        System.out.println("watches " + informer.isWatching() + " " + informer.isRunning());
      }
    }
  }

  static void streams(String namespace) throws Exception {
    try (KubernetesClient client = client(false)) {
      var pods = client.pods().inNamespace(namespace);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      try (ExecWatch exec = pods.withName("web").writingOutput(out).writingError(err).exec("sh", "-c", "echo out; echo err >&2; exit 3")) {
        System.out.println("exec " + exec.exitCode().get(150, TimeUnit.SECONDS) + " " + out.toString().trim() + " " + err.toString().trim());
      }
      System.out.println("log " + pods.withName("lines").tailingLines(2).getLog().lines().toList());
      try (var forward = pods.withName("web").portForward(8080)) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/")).build();
        System.out.println("forwarded " + HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body().trim());
      }
    }
  }

  static void errors(String namespace) {
    try (KubernetesClient client = client(false)) {
      var maps = client.configMaps().inNamespace(namespace);
      System.out.println("missing " + maps.withName("missing").get() + " " + maps.withName("missing").delete());
      System.out.println("name " + failure(() -> maps.resource(configMap("Not_A_Name")).create()));
      System.out.println("forbidden " + failure(() -> client.nodes().withName("missing").edit(node -> node)));
    }
  }

  private static String failure(Runnable act) {
    try {
      act.run();
      return "nothing";
    } catch (KubernetesClientException error) {
      return error.getCode() + " " + (error.getStatus() == null ? error.getMessage() : error.getStatus().getReason() + " " + error.getStatus().getMessage());
    }
  }

  private static String next(BlockingQueue<String> told) throws InterruptedException {
    return told.poll(150, TimeUnit.SECONDS);
  }
}
