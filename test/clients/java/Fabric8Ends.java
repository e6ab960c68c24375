import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/** What fabric8 makes of the end of each stream. */
final class Fabric8Ends {
  private Fabric8Ends() {}

  static void all(String namespace) throws Exception {
    KubernetesClient client = patient(false);
    KubernetesClient overWebSocket = patient(true);
    Ends.all(Map.of(
        "exec", kind -> exec(client, namespace, kind, false),
        "attach", kind -> exec(client, namespace, kind, true),
        "log", kind -> log(client, namespace, kind),
        "watch", kind -> watch(client, namespace, kind),
        "watch-websocket", kind -> watch(overWebSocket, namespace, kind),
        "informer", kind -> informer(client, namespace, kind),
        "informer-websocket", kind -> informer(overWebSocket, namespace, kind),
        "forward", kind -> forward(client, namespace, kind)));
  }

  /** Its ten seconds for a connection are none of what is measured. */
  private static KubernetesClient patient(boolean overWebSocket) {
    Config config = new ConfigBuilder(Config.autoConfigure(null)).withOnlyHttpWatches(!overWebSocket).withConnectionTimeout(60_000).withRequestTimeout(60_000).build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static void exec(KubernetesClient client, String namespace, String kind, boolean isAttach) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    ExecListener listener = new ExecListener() {
      @Override
      public void onExit(int code, Status status) {
        Ends.say(kind, "onExit " + code + (status == null ? "" : " " + status.getReason() + ": " + status.getMessage()));
      }

      @Override
      public void onFailure(Throwable error, Response response) {
        Ends.say(kind, "onFailure " + Ends.told(error));
        over.countDown();
      }

      @Override
      public void onClose(int code, String reason) {
        Ends.say(kind, "onClose " + code + " " + reason);
        over.countDown();
      }
    };
    var pod = client.pods().inNamespace(namespace).withName("ticks").writingOutput(new Ends.Started(kind)).usingListener(listener);
    try (ExecWatch watch = isAttach ? pod.attach() : pod.exec(Ends.TICKS)) {
      over.await();
      try {
        Ends.say(kind, "exitCode " + watch.exitCode().get());
      } catch (ExecutionException error) {
        Ends.say(kind, "exitCode fails with " + Ends.told(error.getCause()));
      }
    }
  }

  private static void log(KubernetesClient client, String namespace, String kind) throws Exception {
    try (LogWatch log = client.pods().inNamespace(namespace).withName("ticks").watchLog(new Ends.Started(kind))) {
      Ends.say(kind, "onClose with " + Ends.told(log.onClose().toCompletableFuture().get()));
    }
  }

  private static void watch(KubernetesClient client, String namespace, String kind) throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    client.configMaps().inNamespace(namespace).withLabel("watched", "yes").watch(new Watcher<ConfigMap>() {
      @Override
      public void eventReceived(Action action, ConfigMap map) {
        Ends.say(kind, "told " + map.getMetadata().getName());
      }

      @Override
      public void onClose(WatcherException error) {
        Ends.say(kind, "onClose with " + Ends.told(error));
        over.countDown();
      }

      @Override
      public void onClose() {
        Ends.say(kind, "onClose");
        over.countDown();
      }
    });
    over.await();
  }

  private static void informer(KubernetesClient client, String namespace, String kind) throws Exception {
    var informer = client.configMaps().inNamespace(namespace).withLabel("watched", "yes").inform(new ResourceEventHandler<ConfigMap>() {
      @Override
      public void onAdd(ConfigMap map) {
        Ends.say(kind, "told " + map.getMetadata().getName());
      }

      @Override
      public void onUpdate(ConfigMap before, ConfigMap after) {}

      @Override
      public void onDelete(ConfigMap map, boolean isUnknown) {}
    });
    informer.stopped().handle((nothing, error) -> {
      Ends.say(kind, "stops with " + Ends.told(error));
      return nothing;
    }).toCompletableFuture().get();
  }

  private static void forward(KubernetesClient client, String namespace, String kind) throws Exception {
    try (var forward = client.pods().inNamespace(namespace).withName("ticks").portForward(7777);
        Socket socket = new Socket("127.0.0.1", forward.getLocalPort())) {
      Ends.drain(kind, socket.getInputStream());
      Ends.say(kind, "the connection ends, errorOccurred is " + forward.errorOccurred());
    }
  }
}
